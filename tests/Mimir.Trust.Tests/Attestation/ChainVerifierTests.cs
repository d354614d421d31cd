using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Chains;

namespace Mimir.Trust.Tests.Attestation;

/// <summary>Each rule of a chain, broken alone.</summary>
public sealed class ChainVerifierTests : IDisposable
{
    private readonly LabChain _lab = new();

    [Fact]
    public void A_good_chain_passes() => Assert.Empty(_lab.Refusals());

    [Fact]
    public void A_root_that_is_not_pinned_is_refused() => Assert.Equal(["chain.root"], _lab.Refusals(_lab.Rules with { Roots = [new byte[32]] }));

    [Fact]
    public void An_algorithm_that_the_vendor_does_not_use_is_refused() =>
        Assert.Equal(["chain.algorithm"], _lab.Refusals(_lab.Rules with { Algorithms = [SignatureAlgorithm.EcdsaSha384] }).Distinct());

    [Fact]
    public void A_chain_that_is_too_long_is_refused() => Assert.Equal(["chain.too-long"], _lab.Refusals(_lab.Rules with { Longest = 2 }));

    [Theory]
    [InlineData(31, "chain.expired")]
    [InlineData(-31, "chain.not-yet-valid")]
    public void Validity_is_that_of_the_given_instant(int days, string code) =>
        Assert.Equal([code], _lab.Refusals(_lab.Rules with { At = LabChain.Now.AddDays(days) }).Distinct());

    [Fact]
    public void An_issuer_that_is_no_authority_is_refused()
    {
        _lab.Intermediate = LabChain.Issue("Intermediate", _lab.IntermediateKey, _lab.Root, _lab.RootKey, 2, LabChain.Extension(false, null));
        Assert.Equal(["chain.not-authority"], _lab.Refusals());
        _lab.Intermediate = LabChain.Issue("Intermediate", _lab.IntermediateKey, _lab.Root, _lab.RootKey, 2);
        Assert.Equal(["chain.not-authority"], _lab.Refusals());
        _lab.Intermediate = LabChain.Issue("Intermediate", _lab.IntermediateKey, _lab.Root, _lab.RootKey, 2, LabChain.Extension(true, null), LabChain.Usage(X509KeyUsageFlags.CrlSign));
        Assert.Equal(["chain.not-authority"], _lab.Refusals());
    }

    [Fact]
    public void A_path_that_is_too_long_for_an_issuer_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var below = LabChain.Issue("Below", key, _lab.Intermediate, _lab.IntermediateKey, 9, LabChain.Extension(true, null));
        _lab.Leaf = LabChain.Issue("Leaf", _lab.LeafKey, below, key, 3);
        var findings = new Findings();
        Assert.Null(ChainVerifier.Verify(LabChain.Read(_lab.Leaf), [LabChain.Read(below), LabChain.Read(_lab.Intermediate), LabChain.Read(_lab.Root)], [], _lab.Rules, findings));
        Assert.Equal("chain.path-length", Assert.Single(findings.Reasons).Code);
    }

    [Fact]
    public void A_critical_extension_that_is_not_understood_is_refused()
    {
        _lab.Leaf = LabChain.Issue("Leaf", _lab.LeafKey, _lab.Intermediate, _lab.IntermediateKey, 3, new X509Extension("1.2.3.4", [5, 0], critical: true));
        Assert.Equal(["chain.critical-extension"], _lab.Refusals());
    }

    [Fact]
    public void A_forged_signature_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _lab.Leaf = LabChain.Issue("Leaf", _lab.LeafKey, _lab.Intermediate, other, 3);
        Assert.Equal(["chain.signature"], _lab.Refusals());
    }

    [Fact]
    public void A_renewed_issuer_with_the_same_key_is_found_beside_its_expired_certificate()
    {
        using var expired = LabChain.Issue(
            "Intermediate", _lab.IntermediateKey, _lab.Root, _lab.RootKey, 8, HashAlgorithmName.SHA256, LabChain.Now.AddDays(-60), LabChain.Now.AddDays(-1), LabChain.Extension(true, 0));
        ChainCertificate[] pool = [LabChain.Read(expired), LabChain.Read(_lab.Intermediate), LabChain.Read(_lab.Root)];
        Assert.NotNull(ChainVerifier.Verify(LabChain.Read(_lab.Leaf), pool, [], _lab.Rules, new Findings()));
        var findings = new Findings();
        Assert.Null(ChainVerifier.Verify(LabChain.Read(_lab.Leaf), [pool[0], pool[2]], [], _lab.Rules, findings));
        Assert.Equal("chain.expired", Assert.Single(findings.Reasons).Code);
    }

    [Fact]
    public void Two_authorities_that_certify_each_other_end()
    {
        using var cross = LabChain.Issue("Root", _lab.RootKey, _lab.Intermediate, _lab.IntermediateKey, 7, LabChain.Extension(true, null));
        var findings = new Findings();
        ChainCertificate[] pool = [LabChain.Read(cross), LabChain.Read(_lab.Intermediate)];
        Assert.Null(ChainVerifier.Verify(LabChain.Read(_lab.Leaf), pool, [], _lab.Rules with { Roots = [new byte[32]] }, findings));
        Assert.Equal("chain.too-long", Assert.Single(findings.Reasons).Code);
    }

    [Fact]
    public void A_revoked_certificate_is_refused()
    {
        Assert.Empty(_lab.Refusals(null, IntermediateList(9)));
        Assert.Equal(["crl.revoked"], _lab.Refusals(null, IntermediateList(3)));
        Assert.Equal(["crl.revoked"], _lab.Refusals(null, RootList(2)));
    }

    [Fact]
    public void Lists_are_demanded_of_every_issuer_where_the_rules_say_so()
    {
        var rules = _lab.Rules with { RevocationRequired = true };
        Assert.Equal(["crl.missing", "crl.missing"], _lab.Refusals(rules));
        Assert.Equal(["crl.missing"], _lab.Refusals(rules, RootList()));
        Assert.Empty(_lab.Refusals(rules, RootList(), IntermediateList()));
    }

    [Fact]
    public void A_list_must_be_current_signed_by_its_issuer_and_of_this_chain()
    {
        Assert.Equal(["crl.outdated"], _lab.Refusals(null, LabChain.List(_lab.Root, _lab.RootKey, LabChain.Now.AddDays(-9), LabChain.Now.AddDays(-1))));
        Assert.Equal(["crl.not-yet-valid"], _lab.Refusals(null, LabChain.List(_lab.Root, _lab.RootKey, LabChain.Now.AddDays(1), LabChain.Now.AddDays(2))));
        Assert.Equal(["crl.signature"], _lab.Refusals(null, LabChain.List(_lab.Root, _lab.LeafKey, LabChain.Now.AddDays(-1), LabChain.Now.AddDays(1))));
        Assert.Equal(["crl.missing"], _lab.Refusals(null, LabChain.List(_lab.Leaf, _lab.LeafKey, LabChain.Now.AddDays(-1), LabChain.Now.AddDays(1))));
    }

    [Fact]
    public void A_list_by_an_issuer_that_may_not_sign_lists_is_refused()
    {
        _lab.Intermediate = LabChain.Issue("Intermediate", _lab.IntermediateKey, _lab.Root, _lab.RootKey, 2, LabChain.Extension(true, 0), LabChain.Usage(X509KeyUsageFlags.KeyCertSign));
        Assert.Equal(["crl.signature"], _lab.Refusals(null, IntermediateList()));
    }

    [Fact]
    public void An_outdated_list_still_revokes_beside_a_current_one()
    {
        var old = LabChain.List(_lab.Intermediate, _lab.IntermediateKey, LabChain.Now.AddDays(-9), LabChain.Now.AddDays(-1), 3);
        Assert.Equal(["crl.revoked"], _lab.Refusals(null, old, IntermediateList()));
    }

    public void Dispose() => _lab.Dispose();

    private RevocationList RootList(params byte[] revoked) => LabChain.List(_lab.Root, _lab.RootKey, LabChain.Now.AddDays(-1), LabChain.Now.AddDays(1), revoked);

    private RevocationList IntermediateList(params byte[] revoked) =>
        LabChain.List(_lab.Intermediate, _lab.IntermediateKey, LabChain.Now.AddDays(-1), LabChain.Now.AddDays(1), revoked);
}
