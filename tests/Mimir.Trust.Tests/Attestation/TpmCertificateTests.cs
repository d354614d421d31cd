using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Tpm;

namespace Mimir.Trust.Tests.Attestation;

/// <summary>Quotes by keys made here: attestation key certificates and RSA signatures.</summary>
public sealed class TpmCertificateTests
{
    [Fact]
    public void A_certified_key_is_believed_by_its_chain()
    {
        using var lab = new LabChain();
        var quote = QuoteOf([1, 2, 3]);
        var signature = lab.LeafKey.SignData(quote, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var evidence = new Evidence(EvidenceKind.Tpm, quote, [new(EvidencePartKind.Signature, signature), Part(lab.Root), Part(lab.Intermediate), Part(lab.Leaf)]);
        var context = new VerificationContext { At = LabChain.Now, Nonce = new byte[] { 1, 2, 3 } };
        var valid = Assert.IsType<ValidVerdict>(EvidenceVerifier.Verify(evidence, context));
        var claims = Assert.IsType<TpmClaims>(valid.Claims);
        Assert.Equal(TpmKeyTrust.Certificate, claims.Trust);
        Assert.Equal(LabChain.Read(lab.Root).SpkiSha256.ToArray(), claims.KeyChain!.Root.SpkiSha256.ToArray());
        SharedVectors.AssertRefused(EvidenceVerifier.Verify(evidence, context with { At = LabChain.Now.AddDays(60) }), "chain.expired");
        var cut = evidence with { Parts = [.. evidence.Parts.Take(2), evidence.Parts[3]] };
        SharedVectors.AssertRefused(EvidenceVerifier.Verify(cut, context), "chain.issuer-missing");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RSA_keys_sign_in_either_padding(bool pss)
    {
        using var key = RSA.Create(2048);
        var quote = QuoteOf([7]);
        var raw = key.SignData(quote, HashAlgorithmName.SHA256, pss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
        byte[] structure = [0, (byte)(pss ? 0x16 : 0x14), 0, 0x0B, 1, 0, .. raw];
        Assert.True(Verify(key, quote, structure).IsValid);
        Assert.True(Verify(key, quote, raw).IsValid);
        structure[1] ^= 2;
        SharedVectors.AssertRefused(Verify(key, quote, structure), TpmRefusals.Signature);
    }

    [Fact]
    public void What_no_TPM_would_sign_is_refused()
    {
        using var key = RSA.Create(2048);
        var quote = QuoteOf([7]);
        quote[0] = 0;
        SharedVectors.AssertRefused(Verify(key, quote, key.SignData(quote, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)), TpmRefusals.Quote);
    }

    [Fact]
    public void A_short_key_is_refused()
    {
        using var key = RSA.Create(1024);
        var quote = QuoteOf([7]);
        SharedVectors.AssertRefused(Verify(key, quote, key.SignData(quote, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)), TpmRefusals.Signature);
    }

    [Fact]
    public void A_digest_by_SHA_1_is_refused()
    {
        using var key = RSA.Create(2048);
        var quote = QuoteOf([7], digestLength: 20);
        SharedVectors.AssertRefused(Verify(key, quote, key.SignData(quote, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1)), TpmRefusals.Algorithm);
    }

    [Fact]
    public void A_bank_that_is_selected_twice_is_one_bank()
    {
        using var key = RSA.Create(2048);
        var digest = SHA256.HashData(new byte[64]);
        byte[] selection = [0, 0, 0, 2, 0, 0x0B, 3, 1, 0, 0, 0, 0x0B, 3, 2, 0, 0, 0, 32, .. digest];
        byte[] quote = [.. QuoteOf([7])[..36], .. selection];
        var signature = key.SignData(quote, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        EvidencePart[] parts = [new(EvidencePartKind.Signature, signature), new(EvidencePartKind.AttestationKey, key.ExportSubjectPublicKeyInfo()), new(EvidencePartKind.PcrValues, new byte[64])];
        var verdict = EvidenceVerifier.Verify(new Evidence(EvidenceKind.Tpm, quote, parts), new VerificationContext { At = LabChain.Now });
        Assert.Equal([0, 1], Assert.Single(Assert.IsType<TpmClaims>(Assert.IsType<ValidVerdict>(verdict).Claims).Banks).Registers);
        Assert.NotNull(verdict.Read!.Fields["pcrs.sha256.1"]);
    }

    private static Verdict Verify(RSA key, byte[] quote, byte[] signature)
    {
        var evidence = new Evidence(EvidenceKind.Tpm, quote, [new(EvidencePartKind.Signature, signature), new(EvidencePartKind.AttestationKey, key.ExportSubjectPublicKeyInfo())]);
        return EvidenceVerifier.Verify(evidence, new VerificationContext { At = LabChain.Now });
    }

    private static EvidencePart Part(X509Certificate2 certificate) => new(EvidencePartKind.Certificate, certificate.RawData);

    /// <summary>TPMS_ATTEST of register 0 of the SHA-256 bank.</summary>
    private static byte[] QuoteOf(byte[] extraData, byte digestLength = 32) =>
    [
        0xFF, 0x54, 0x43, 0x47, 0x80, 0x18, 0, 0, 0, (byte)extraData.Length, .. extraData, .. new byte[16], 1, .. new byte[8], 0, 0, 0, 1, 0, 0x0B, 3, 1, 0, 0, 0, digestLength, .. new byte[digestLength],
    ];
}
