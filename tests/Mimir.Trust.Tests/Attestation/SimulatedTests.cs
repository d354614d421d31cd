using System.Security.Cryptography;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Simulated;

namespace Mimir.Trust.Tests.Attestation;

/// <summary>Simulated evidence is for laboratories, by their keys, and never beside production.</summary>
public sealed class SimulatedTests : IDisposable
{
    private readonly ECDsa _lab = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private readonly EvidenceBinding _binding = EvidenceBinding.Of([1], [2], [3], [4]);

    private VerificationContext Context => new() { At = LabChain.Now, Accepted = AcceptedKinds.Lab, LabKeys = [KeyHash(_lab)], Binding = _binding };

    [Fact]
    public void A_laboratory_accepts_its_own_key()
    {
        var valid = Assert.IsType<ValidVerdict>(EvidenceVerifier.Verify(Statement(_lab), Context));
        var claims = Assert.IsType<SimulatedClaims>(valid.Claims);
        Assert.Equal(48, claims.Statement.Measurement.Length);
        Assert.Equal(Convert.ToHexStringLower(new byte[48]), claims.Fields["measurement"]);
    }

    [Fact]
    public void Production_and_inspection_refuse_it()
    {
        foreach (var accepted in new[] { AcceptedKinds.Production, AcceptedKinds.Inspection })
            SharedVectors.AssertRefused(EvidenceVerifier.Verify(Statement(_lab), Context with { Accepted = accepted }), EvidenceVerifier.KindNotAccepted);
    }

    [Fact]
    public void A_laboratory_refuses_evidence_of_production() =>
        SharedVectors.AssertRefused(EvidenceVerifier.Verify(new Evidence(EvidenceKind.Snp, new byte[1184]), Context), EvidenceVerifier.KindNotAccepted);

    [Theory]
    [InlineData(EvidenceKind.Simulated, EvidenceKind.Snp)]
    [InlineData(EvidenceKind.Tpm, EvidenceKind.AzureVtpm)]
    [InlineData(EvidenceKind.Nitro, EvidenceKind.Simulated)]
    public void Kinds_for_laboratories_and_for_production_cannot_be_accepted_together(EvidenceKind one, EvidenceKind other) =>
        Assert.Throws<ArgumentException>(() => AcceptedKinds.Of(one, other));

    [Fact]
    public void Something_must_be_accepted() => Assert.Throws<ArgumentException>(() => AcceptedKinds.Of());

    [Fact]
    public void Another_key_or_binding_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        SharedVectors.AssertRefused(EvidenceVerifier.Verify(Statement(other), Context), SimulatedRefusals.Key);
        SharedVectors.AssertRefused(EvidenceVerifier.Verify(Statement(_lab), Context with { LabKeys = [] }), SimulatedRefusals.Key);
        var relayed = Context with { Binding = EvidenceBinding.Of([1], [2], [3], [5]) };
        SharedVectors.AssertRefused(EvidenceVerifier.Verify(Statement(_lab), relayed), BindingCheck.Registration);
    }

    [Fact]
    public void Every_inverted_bit_is_refused()
    {
        var bytes = Statement(_lab).Body.ToArray();
        for (var i = 0; i < bytes.Length * 8; i++)
        {
            bytes[i / 8] ^= (byte)(1 << i % 8);
            Assert.False(EvidenceVerifier.Verify(new Evidence(EvidenceKind.Simulated, bytes.ToArray()), Context).IsValid);
            bytes[i / 8] ^= (byte)(1 << i % 8);
        }
    }

    public void Dispose() => _lab.Dispose();

    private static byte[] KeyHash(ECDsa key) => SHA256.HashData(key.ExportSubjectPublicKeyInfo());

    private Evidence Statement(ECDsa key) => new(EvidenceKind.Simulated, SimulatedStatement.Create(key, _binding.Sha512.Span, new byte[48], new byte[32]));
}
