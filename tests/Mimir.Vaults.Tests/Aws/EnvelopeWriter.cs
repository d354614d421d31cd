using System.Security.Cryptography;

namespace Mimir.Vaults.Tests.Aws;

/// <summary>Writes CMS EnvelopedData as KMS does: BER, indefinite lengths outside, the content in pieces.</summary>
internal sealed class EnvelopeWriter
{
    public string Hash { get; init; } = "0609608648016503040201";

    public string MaskHash { get; init; } = "0609608648016503040201";

    public string ContentCipher { get; init; } = "060960864801650304012a";

    public bool IndefiniteLengths { get; init; } = true;

    public bool TrailingByte { get; init; }

    public byte[] Seal(RSA recipient, byte[] content)
    {
        using var aes = Aes.Create();
        aes.KeySize = 256;
        var ciphertext = aes.EncryptCbc(content, aes.IV);
        var oaep = Sequence(Hex("06092a864886f70d010107"), Sequence(
            Tlv(0xa0, Sequence(Hex(Hash), Hex("0500"))),
            Tlv(0xa1, Sequence(Hex("06092a864886f70d010108"), Sequence(Hex(MaskHash), Hex("0500"))))));
        var info = Sequence(Hex("020102"), Tlv(0x80, new byte[20]), oaep, Tlv(0x04, recipient.Encrypt(aes.Key, RSAEncryptionPadding.OaepSHA256)));
        var half = ciphertext.Length / 2;
        var encrypted = Open(0x30, Hex("06092a864886f70d010701"), Sequence(Hex(ContentCipher), Tlv(0x04, aes.IV)),
            IndefiniteLengths ? Open(0xa0, Tlv(0x04, ciphertext[..half]), Tlv(0x04, ciphertext[half..])) : Tlv(0x80, ciphertext));
        byte[] message = Open(0x30, Hex("06092a864886f70d010703"), Open(0xa0, Open(0x30, Hex("020102"), Tlv(0x31, info), encrypted)));
        return TrailingByte ? [.. message, 0] : message;
    }

    private byte[] Open(byte tag, params byte[][] parts) =>
        IndefiniteLengths ? [tag, 0x80, .. parts.SelectMany(p => p), 0, 0] : Tlv(tag, [.. parts.SelectMany(p => p)]);

    private static byte[] Sequence(params byte[][] parts) => Tlv(0x30, [.. parts.SelectMany(p => p)]);

    private static byte[] Tlv(byte tag, byte[] content) =>
        content.Length < 128 ? [tag, (byte)content.Length, .. content] : [tag, 0x82, (byte)(content.Length >> 8), (byte)(content.Length & 255), .. content];

    private static byte[] Hex(string digits) => Convert.FromHexString(digits);
}
