using System.Security.Cryptography;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Tpm;

namespace Mimir.Trust.Tests.Attestation;

/// <summary>Keys, hashes, salts and banks that TPMs in the field use beside RSA with SHA-256.</summary>
public sealed class TpmKeyKindTests
{
    /// <summary>Made by OpenSSL 3 (dgst -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:max, and :100) over <see cref="QuoteOf"/> with a key of 2,048 bits.</summary>
    private const string
        Key = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA3P7Npr+DavjOemJWzgPhPv4MWwL8AhRAYAjwwZNbjmJUfJT1XYAcYTC5jSW79xVE0i93l30YrNC9gvodrlrcChpRB73iPYIUYh6icS8J7czgujyHeaKOEmmJ/rNIFLsBDUXJdXX4n0KKBSnuNgHyFrYptpykQ6W8qJZHDxh4ShtLH4+hPH4Pr0RkgDD0G2ugH0mDlRrwCW1zR1l8z5O0KulGiJ2wjdoIm0o/zu0xaJUUX24N31ODW5itL3BzFD3dhCgJXALSaf0cSHtiNrLe52kYbv9jhRevVVRUl9cTmmb4e+k1x2JznfYTisE7QEhv8TG2o5cwMTItQQsgiT7erQIDAQAB",
        Longest256 = "MT5Q26Mvk4gr6egY5bbS5/GBJPqFJyQ6uoKmh2Y50/qfuA67wzW/YKyRuyqdPbiUPi+OF0OAMDh9G9aiIXNKrpWnyEPpDIMVOikvNZR/RaxEz5kv1C4eiwyyM3W9mBdJqqRtfda73Fl3gpg3Ssqm/gg4/5Z5BXlnzCMLeQ5N7R/TtNhHPmdHhshSfXcKVdJBV7Qrda9aRdIwFf9G/cvq8c+g6lkp9VxgI/kaGfNGKQ8lwJvzzHR/RljKVgUuA97pr/EbLhjpNABTzjMqSTSZVE7CZNVHN4A7KLMisbysqY7Gepo+7nzNTa7iTxTZaTrTvSPsE+nnRV4Ats8v6dE+Cg==",
        Longest384 = "tGPE6Xac//kWutTeasal7glrJvF6wcsUXul0hdmRLfMAntHUPlkq5aD/SjVCX5KZlng4ge9wvevxzryDY4Fd5mr1j1J4nWuM9HfhUReoroGmArJXEdwzto5iktkLlOPfFxf3D0TGx0wF4dg2/lWCQ0+jyBx0d8idemZSlSAeF3BCoktJUYubk6wqsmuWS3MStWI6fX6cYdo1/49a0TEhiipJqchp5O0EMYvLq6DyYPyC6oj84dn5sE/SbEex1rjuNYQm8PaxNAwRAX52rD79GFzt+LbP1ObcbAhESjkRFgXOHT19BDmnl5xSh0uOU1NHMDNhMLO99n61PpiNx4brXg==",
        Hundred256 = "mWS299lliAdyfLfYWSBaNMV3idgBw/u8hgeQobimQwaWb97kKNTLwURdXUTgz58BjCCT8pw5p1agwvHX4zpxgRqvb0W/jcLe07UrWCWS784Uijk7gw8qvavR7giDC/0igyFVFIESBblN0pFVPnG0327QoDD5jtu18FpJ1dU4Kvdw5QIS1A/ODiHOsbZ5jE1jyDiPwQj20W504x0OvMHiGEgmQrFz6DkEKdu21hn90dEkhqfl/fEJ+NKcAkuKsYbDgKt/9FoajOl+hG8PzopDgJLmg9ahGh8vOY4K7y9Ax7UWsxa7wwI+qOPCqrRrfZ0SgRLdVt77K9AW6LmztJLmLg==";

    [Theory]
    [InlineData(Longest256, 32, true)]
    [InlineData(Longest384, 48, true)]
    [InlineData(Hundred256, 32, false)]
    public void PSS_is_read_with_the_longest_salt_and_no_other(string signature, byte digest, bool valid)
    {
        var raw = Convert.FromBase64String(signature);
        byte[] structure = [0, 0x16, 0, (byte)(digest == 32 ? 0x0B : 0x0C), 1, 0, .. raw];
        Assert.Equal(valid, Verify(QuoteOf(digest), structure, Convert.FromBase64String(Key)).IsValid);
        Assert.Equal(valid, Verify(QuoteOf(digest), raw, Convert.FromBase64String(Key)).IsValid);
    }

    [Fact]
    public void A_flipped_bit_in_a_signature_with_the_longest_salt_is_refused()
    {
        foreach (var (index, flipped) in Flips.Each(Convert.FromBase64String(Longest256), step: 7))
            Assert.False(Verify(QuoteOf(32), flipped, Convert.FromBase64String(Key)).IsValid, $"byte {index}");
        var other = QuoteOf(32);
        other[10] ^= 1;
        Assert.False(Verify(other, Convert.FromBase64String(Longest256), Convert.FromBase64String(Key)).IsValid);
        using var foreign = RSA.Create(2048);
        Assert.False(Verify(QuoteOf(32), Convert.FromBase64String(Longest256), foreign.ExportSubjectPublicKeyInfo()).IsValid);
    }

    [Theory]
    [InlineData("1.2.840.10045.3.1.7", 3, 32, 32)]
    [InlineData("1.3.132.0.34", 4, 48, 48)]
    [InlineData("1.3.132.0.34", 4, 48, 32)]
    [InlineData("1.3.132.0.35", 5, 66, 64)]
    public void Elliptic_keys_sign_in_the_TPMs_own_form(string curve, byte number, byte scalar, byte digest)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromValue(curve));
        var (hash, id) = digest switch { 32 => (HashAlgorithmName.SHA256, (byte)0x0B), 48 => (HashAlgorithmName.SHA384, (byte)0x0C), _ => (HashAlgorithmName.SHA512, (byte)0x0D) };
        var quote = QuoteOf(digest);
        var raw = key.SignData(quote, hash);
        byte[] structure = [0, 0x18, 0, id, 0, scalar, .. raw[..scalar], 0, scalar, .. raw[scalar..]];
        var point = key.ExportParameters(false).Q;
        byte[] area = [0, 0x23, 0, 0x0B, 0, 5, 4, 0x72, 0, 0, 0, 0x10, 0, 0x18, 0, id, 0, number, 0, 0x10, 0, scalar, .. point.X!, 0, scalar, .. point.Y!];
        foreach (var form in (byte[][])[area, [(byte)(area.Length >> 8), (byte)(area.Length & 0xFF), .. area]])
        {
            var info = TpmPublicKey.TryRead(form);
            Assert.Equal(key.ExportSubjectPublicKeyInfo(), info);
            Assert.True(Verify(quote, structure, info!).IsValid);
        }
        structure[3] ^= 7;
        Assert.False(Verify(quote, structure, key.ExportSubjectPublicKeyInfo()).IsValid);
        // A key that signs whatever it is given, not only what the TPM made.
        area[6] = 0;
        area[5] = 4;
        Assert.Null(TpmPublicKey.TryRead(area));
    }

    [Fact]
    public void Several_banks_are_quoted_together_also_those_that_nobody_signs_with()
    {
        using var key = RSA.Create(2048);
        byte[] values = [.. Enumerable.Repeat((byte)1, 20), .. Enumerable.Repeat((byte)2, 32), .. Enumerable.Repeat((byte)3, 48), .. Enumerable.Repeat((byte)4, 32), .. Enumerable.Repeat((byte)5, 64)];
        byte[] quote =
        [
            .. QuoteOf(48)[..36], 0, 0, 0, 6, 0, 4, 3, 1, 0, 0, 0, 0x0B, 3, 0, 0, 1, 0, 0x0C, 4, 0x80, 0, 0, 0, 0, 0x12, 3, 1, 0, 0, 0, 0x29, 3, 1, 0, 0, 0, 0x0D, 3, 0, 0, 0,
            0, 48, .. SHA384.HashData(values),
        ];
        var signature = key.SignData(quote, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1);
        EvidencePart[] parts = [new(EvidencePartKind.Signature, signature), new(EvidencePartKind.AttestationKey, key.ExportSubjectPublicKeyInfo()), new(EvidencePartKind.PcrValues, values)];
        var claims = Assert.IsType<TpmClaims>(Assert.IsType<ValidVerdict>(EvidenceVerifier.Verify(new Evidence(EvidenceKind.Tpm, quote, parts), new VerificationContext { At = LabChain.Now })).Claims);
        Assert.Equal(2, claims.Pcr(16)!.Value.Span[31]);
        Assert.Null(claims.Pcr(0));
        Assert.Equal(Convert.ToHexStringLower(values[100..132]), claims.Fields["pcrs.sm3_256.0"]);
        Assert.Equal(Convert.ToHexStringLower(values[52..100]), claims.Fields["pcrs.sha384.7"]);
        Assert.Equal(Convert.ToHexStringLower(values[132..]), claims.Fields["pcrs.sha3_512.0"]);
        values[0] ^= 1;
        SharedVectors.AssertRefused(EvidenceVerifier.Verify(new Evidence(EvidenceKind.Tpm, quote, parts), new VerificationContext { At = LabChain.Now }), TpmRefusals.PcrDigest);
    }

    private static Verdict Verify(byte[] quote, byte[] signature, byte[] key) => EvidenceVerifier.Verify(
        new Evidence(EvidenceKind.Tpm, quote, [new(EvidencePartKind.Signature, signature), new(EvidencePartKind.AttestationKey, key)]), new VerificationContext { At = LabChain.Now });

    /// <summary>TPMS_ATTEST of register 0 of the SHA-256 bank, with extra data 07h.</summary>
    private static byte[] QuoteOf(byte digestLength) =>
    [
        0xFF, 0x54, 0x43, 0x47, 0x80, 0x18, 0, 0, 0, 1, 7, .. new byte[16], 1, .. new byte[8], 0, 0, 0, 1, 0, 0x0B, 3, 1, 0, 0, 0, digestLength, .. new byte[digestLength],
    ];
}
