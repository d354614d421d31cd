namespace Mimir.Trust.Attestation.Chains;

/// <summary>Checks a built chain against revocation lists.</summary>
internal static class Revocation
{
    /// <summary>Adds what speaks against the chain. True when at least one issuer's list was checked.</summary>
    public static bool Check(List<ChainCertificate> chain, IReadOnlyCollection<RevocationList> lists, ChainRules rules, Findings findings)
    {
        var checkedAny = false;
        for (var i = 1; i < chain.Count; i++)
        {
            var issuer = chain[i];
            var own = lists.Where(l => l.Issuer.Span.SequenceEqual(issuer.Subject.Span)).ToArray();
            if (own.Length > 0)
            {
                checkedAny = true;
                CheckOne(chain[i - 1], issuer, own, rules, findings);
            }
            else if (rules.RevocationRequired)
            {
                findings.Add(ChainRefusals.RevocationMissing, $"The revocation list of '{issuer.Name}' was not given.");
            }
        }

        if (lists.Count > 0 && !checkedAny)
            findings.Add(ChainRefusals.RevocationMissing, $"Revocation lists were given, but none by an issuer of '{chain[0].Name}'.");
        return checkedAny;
    }

    private static void CheckOne(ChainCertificate child, ChainCertificate issuer, RevocationList[] lists, ChainRules rules, Findings findings)
    {
        var genuine = lists.All(l => issuer.Constraints.MaySignRevocations && rules.Algorithms.Contains(l.Algorithm) && issuer.Signed(l.Algorithm, l.ToBeSigned, l.Signature));
        if (!findings.Require(genuine, ChainRefusals.RevocationSignature, $"A revocation list of '{issuer.Name}' is not signed by it.")) return;
        if (!lists.Any(l => l.ThisUpdate <= rules.At && rules.At <= l.NextUpdate))
        {
            var outdated = lists.Any(l => l.NextUpdate < rules.At);
            findings.Add(
                outdated ? ChainRefusals.RevocationOutdated : ChainRefusals.RevocationNotYetValid,
                $"The revocation list of '{issuer.Name}' is for {lists[0].ThisUpdate:u} to {lists[0].NextUpdate:u}, and it is {rules.At.ToUniversalTime():u}; fetch the current one.");
        }

        findings.Require(!lists.Any(l => l.Revokes(child.SerialNumber)), ChainRefusals.Revoked, $"The certificate '{child.Name}' is revoked by '{issuer.Name}'.");
    }
}
