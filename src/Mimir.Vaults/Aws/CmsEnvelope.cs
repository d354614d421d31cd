using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Mimir.Vaults.Aws;

/// <summary>
/// CMS EnvelopedData as AWS KMS answers an attested request: one key-transport recipient, RSAES-OAEP with SHA-256 (and MGF1 with SHA-256, no label), content in
/// AES-256-CBC. Anything else is refused. BER, with indefinite lengths, is understood.
/// </summary>
/// <remarks>Source: RFC 5652 section 6; RFC 8017 appendix A.2.1; RFC 3565. The content is not authenticated by this format; TLS to the service is.</remarks>
internal static class CmsEnvelope
{
    private const int LongestMessage = 16 * 1024;
    private const string EnvelopedData = "1.2.840.113549.1.7.3", Data = "1.2.840.113549.1.7.1", Aes256Cbc = "2.16.840.1.101.3.4.1.42";
    private const string RsaesOaep = "1.2.840.113549.1.1.7", Mgf1 = "1.2.840.113549.1.1.8", Sha256 = "2.16.840.1.101.3.4.2.1";
    private static readonly Asn1Tag Zero = new(TagClass.ContextSpecific, 0), ZeroConstructed = new(TagClass.ContextSpecific, 0, true);
    private static readonly Asn1Tag One = new(TagClass.ContextSpecific, 1, true);

    /// <summary>The content, which the caller zeroes; null when the message has not exactly this form or does not open with <paramref name="key"/>.</summary>
    public static byte[]? Open(RSA key, ReadOnlyMemory<byte> message)
    {
        if (message.Length > LongestMessage) return null;
        byte[]? contentKey = null;
        try
        {
            var (encryptedKey, iv, ciphertext) = Parse(message);
            contentKey = key.Decrypt(encryptedKey, RSAEncryptionPadding.OaepSHA256);
            if (contentKey.Length != 32) return null;
            using var aes = Aes.Create();
            aes.Key = contentKey;
            return aes.DecryptCbc(ciphertext, iv);
        }
        catch (Exception error) when (error is AsnContentException or CryptographicException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(contentKey);
        }
    }

    private static (byte[] EncryptedKey, byte[] Iv, byte[] Ciphertext) Parse(ReadOnlyMemory<byte> message)
    {
        var outer = new AsnReader(message, AsnEncodingRules.BER);
        var contentInfo = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        Require(contentInfo.ReadObjectIdentifier() == EnvelopedData);
        var wrapper = contentInfo.ReadSequence(ZeroConstructed);
        contentInfo.ThrowIfNotEmpty();
        var enveloped = wrapper.ReadSequence();
        wrapper.ThrowIfNotEmpty();

        Require(enveloped.TryReadInt32(out var version) && version is 0 or 2);
        var recipients = enveloped.ReadSetOf();
        var recipient = recipients.ReadSequence();
        recipients.ThrowIfNotEmpty();
        Require(recipient.TryReadInt32(out var recipientVersion) && recipientVersion is 0 or 2);
        // Which certificate or key identifier is meant does not matter: the key is fresh and the only one.
        recipient.ReadEncodedValue();
        RequireOaep(recipient.ReadSequence());
        var encryptedKey = recipient.ReadOctetString();
        recipient.ThrowIfNotEmpty();

        var content = enveloped.ReadSequence();
        enveloped.ThrowIfNotEmpty();
        Require(content.ReadObjectIdentifier() == Data);
        var algorithm = content.ReadSequence();
        Require(algorithm.ReadObjectIdentifier() == Aes256Cbc);
        var iv = algorithm.ReadOctetString();
        algorithm.ThrowIfNotEmpty();
        Require(iv.Length == 16);
        var ciphertext = content.ReadOctetString(Zero);
        content.ThrowIfNotEmpty();
        Require(ciphertext.Length is > 0 and <= LongestMessage && ciphertext.Length % 16 == 0);
        return (encryptedKey, iv, ciphertext);
    }

    private static void RequireOaep(AsnReader algorithm)
    {
        Require(algorithm.ReadObjectIdentifier() == RsaesOaep);
        var parameters = algorithm.ReadSequence();
        algorithm.ThrowIfNotEmpty();
        RequireSha256(parameters.ReadSequence(ZeroConstructed));
        var generator = parameters.ReadSequence(One);
        parameters.ThrowIfNotEmpty();
        var mgf = generator.ReadSequence();
        generator.ThrowIfNotEmpty();
        Require(mgf.ReadObjectIdentifier() == Mgf1);
        RequireSha256(mgf);
    }

    /// <summary>AlgorithmIdentifier { sha256, NULL or nothing } and no more.</summary>
    private static void RequireSha256(AsnReader holder)
    {
        var algorithm = holder.ReadSequence();
        holder.ThrowIfNotEmpty();
        Require(algorithm.ReadObjectIdentifier() == Sha256);
        if (algorithm.HasData) algorithm.ReadNull();
        algorithm.ThrowIfNotEmpty();
    }

    private static void Require(bool holds)
    {
        if (!holds) throw new AsnContentException();
    }
}
