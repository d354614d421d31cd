using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Mimir.Trust.Sealing;

/// <summary>
/// Hybrid public key encryption, RFC 9180, mode_auth (0x02) with DHKEM(X25519, HKDF-SHA256) and HKDF-SHA256: only the holder of
/// the sender's key can seal and only the holder of the recipient's key can open. One key schedule seals one message (sequence 0 of
/// the RFC), so a nonce is never used twice.
/// </summary>
/// <remarks>Names follow the RFC: enc, dh, kem_context, eae_prk, key_schedule_context. Source: RFC 9180 sections 4.1, 5.1 and 5.2.</remarks>
internal static class Hpke
{
    public const int EncLength = 32;
    public const int TagLength = 16;
    private const byte ModeAuth = 2;
    private const ushort KemX25519Sha256 = 0x0020;
    private const ushort KdfSha256 = 0x0001;
    private const int NonceLength = 12;

    /// <summary>AuthEncap and key schedule of the sender; <paramref name="ephemeral"/> must be fresh for every call.</summary>
    /// <exception cref="CryptographicException">The recipient's key is of small order.</exception>
    public static HpkeKey SetupSender(
        SealingKeyPair ephemeral, SealingKeyPair sender, ReadOnlySpan<byte> recipientKey, ReadOnlySpan<byte> info, HpkeAead aead)
    {
        var dh = new byte[64];
        try
        {
            if (!(ephemeral.TryAgree(recipientKey, dh, 0) & sender.TryAgree(recipientKey, dh, 32)))
                throw new CryptographicException("The recipient's sealing key is not a valid X25519 key.");
            return Schedule(dh, [.. ephemeral.PublicKey.Span, .. recipientKey, .. sender.PublicKey.Span], info, aead);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dh);
        }
    }

    /// <summary>AuthDecap and key schedule of the recipient.</summary>
    /// <exception cref="CryptographicException">A key is of small order.</exception>
    public static HpkeKey SetupRecipient(
        ReadOnlySpan<byte> enc, SealingKeyPair recipient, ReadOnlySpan<byte> senderKey, ReadOnlySpan<byte> info, HpkeAead aead)
    {
        var dh = new byte[64];
        try
        {
            if (!(recipient.TryAgree(enc, dh, 0) & recipient.TryAgree(senderKey, dh, 32)))
                throw new CryptographicException("The sender's sealing key is not a valid X25519 key.");
            return Schedule(dh, [.. enc, .. recipient.PublicKey.Span, .. senderKey], info, aead);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dh);
        }
    }

    private static HpkeKey Schedule(byte[] dh, byte[] kemContext, ReadOnlySpan<byte> info, HpkeAead aead)
    {
        byte[] kemSuite = [.. "KEM"u8, .. BigEndian(KemX25519Sha256)];
        byte[] suite = [.. "HPKE"u8, .. BigEndian(KemX25519Sha256), .. BigEndian(KdfSha256), .. BigEndian((ushort)aead)];
        var eaePrk = LabeledExtract(kemSuite, [], "eae_prk"u8, dh);
        var sharedSecret = LabeledExpand(kemSuite, eaePrk, "shared_secret"u8, kemContext, 32);
        byte[] keyScheduleContext =
            [ModeAuth, .. LabeledExtract(suite, [], "psk_id_hash"u8, []), .. LabeledExtract(suite, [], "info_hash"u8, info)];
        var secret = LabeledExtract(suite, sharedSecret, "secret"u8, []);
        var key = new HpkeKey(
            LabeledExpand(suite, secret, "key"u8, keyScheduleContext, aead == HpkeAead.Aes128Gcm ? 16 : 32),
            LabeledExpand(suite, secret, "base_nonce"u8, keyScheduleContext, NonceLength));
        CryptographicOperations.ZeroMemory(eaePrk);
        CryptographicOperations.ZeroMemory(sharedSecret);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    private static byte[] LabeledExtract(byte[] suite, byte[] salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> keyMaterial)
    {
        byte[] labeled = [.. "HPKE-v1"u8, .. suite, .. label, .. keyMaterial];
        var result = HKDF.Extract(HashAlgorithmName.SHA256, labeled, salt);
        CryptographicOperations.ZeroMemory(labeled);
        return result;
    }

    private static byte[] LabeledExpand(byte[] suite, byte[] key, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info, int length) =>
        HKDF.Expand(HashAlgorithmName.SHA256, key, length, [.. BigEndian((ushort)length), .. "HPKE-v1"u8, .. suite, .. label, .. info]);

    private static byte[] BigEndian(ushort value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return bytes;
    }
}
