namespace Mimir.Trust.Attestation.Chains;

/// <summary>
/// Builds and checks the path from a certificate to a pinned root, out of certificates given in any order (RFC 5280 section 6, without policies and
/// name constraints, which are refused where critical). No network, no system store. Work is bounded: at each step every candidate is tried at most once.
/// </summary>
public static class ChainVerifier
{
    /// <summary>The verified chain, or null with every reason added to <paramref name="findings"/>.</summary>
    /// <param name="leaf">The certificate to certify.</param>
    /// <param name="candidates">Its possible issuers and theirs; what is not needed is ignored.</param>
    /// <param name="lists">Revocation lists.</param>
    /// <param name="rules">What must hold.</param>
    /// <param name="findings">Receives the reasons.</param>
    public static CertifiedChain? Verify(
        ChainCertificate leaf, IReadOnlyCollection<ChainCertificate> candidates, IReadOnlyCollection<RevocationList> lists, ChainRules rules, Findings findings)
    {
        var found = new Findings();
        var chain = Build(leaf, candidates, rules, found);
        if (chain is not null)
        {
            CheckEach(chain, rules, found);
            var revocationChecked = Revocation.Check(chain, lists, rules, found);
            if (found.None) return new CertifiedChain(chain, revocationChecked);
        }

        findings.Add(found.Reasons);
        return null;
    }

    private static List<ChainCertificate>? Build(ChainCertificate leaf, IReadOnlyCollection<ChainCertificate> candidates, ChainRules rules, Findings findings)
    {
        var chain = new List<ChainCertificate> { leaf };
        while (!IsPinned(chain[^1], rules))
        {
            var last = chain[^1];
            if (last.IsSelfIssued)
            {
                findings.Add(ChainRefusals.Root, $"'{last.Name}' is a root that is not pinned.");
                return null;
            }

            if (chain.Count == rules.Longest)
            {
                findings.Add(ChainRefusals.TooLong, $"The chain has more than {rules.Longest} certificates.");
                return null;
            }

            if (IssuerOf(last, candidates, rules, findings) is not { } issuer) return null;
            chain.Add(issuer);
        }

        var root = chain[^1];
        if (root.IsSelfIssued && root.Signed(root.Algorithm, root.ToBeSigned, root.Signature)) return chain;
        findings.Add(ChainRefusals.Signature, $"The root certificate '{root.Name}' is not signed by its own key.");
        return null;
    }

    private static bool IsPinned(ChainCertificate certificate, ChainRules rules) => rules.Roots.Any(r => r.Span.SequenceEqual(certificate.SpkiSha256.Span));

    private static ChainCertificate? IssuerOf(ChainCertificate child, IReadOnlyCollection<ChainCertificate> candidates, ChainRules rules, Findings findings)
    {
        var named = candidates.Where(c => c.Subject.Span.SequenceEqual(child.Issuer.Span)).ToArray();
        if (named.Length == 0)
        {
            findings.Add(ChainRefusals.IssuerMissing, $"The certificate '{DistinguishedNames.CommonName(child.Issuer)}' that issued '{child.Name}' was not given.");
            return null;
        }

        // A renewed issuer has several certificates with one key: the one valid now is meant.
        var issuer = named.OrderByDescending(c => IsValidAt(c, rules.At)).FirstOrDefault(c => c.Signed(child.Algorithm, child.ToBeSigned, child.Signature));
        if (issuer is null) findings.Add(ChainRefusals.Signature, $"The certificate '{child.Name}' is not signed by '{named[0].Name}'.");
        return issuer;
    }

    private static bool IsValidAt(ChainCertificate certificate, DateTimeOffset at) => certificate.NotBefore <= at && at <= certificate.NotAfter;

    private static void CheckEach(List<ChainCertificate> chain, ChainRules rules, Findings findings)
    {
        for (var i = 0; i < chain.Count; i++)
        {
            var certificate = chain[i];
            var constraints = certificate.Constraints;
            var name = certificate.Name;
            findings.Require(rules.At >= certificate.NotBefore, ChainRefusals.NotYetValid, $"The certificate '{name}' is valid from {certificate.NotBefore:u}, after {rules.At.ToUniversalTime():u}.");
            findings.Require(rules.At <= certificate.NotAfter, ChainRefusals.Expired, $"The certificate '{name}' was valid until {certificate.NotAfter:u}, before {rules.At.ToUniversalTime():u}.");
            findings.Require(rules.Algorithms.Contains(certificate.Algorithm), ChainRefusals.Algorithm, $"The certificate '{name}' is signed by an algorithm that its vendor does not use.");
            findings.Require(constraints.UnknownCritical.Count == 0, ChainRefusals.CriticalExtension, $"The certificate '{name}' has a critical extension that is not understood.");
            if (i == 0) continue;
            findings.Require(constraints.MaySignCertificates, ChainRefusals.NotAuthority, $"The certificate '{name}' may not issue others.");
            findings.Require(constraints.PathLength is not { } most || i - 1 <= most, ChainRefusals.PathLength, $"The certificate '{name}' may not have so many below it.");
        }
    }
}
