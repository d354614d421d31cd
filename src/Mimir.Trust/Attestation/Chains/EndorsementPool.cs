namespace Mimir.Trust.Attestation.Chains;

/// <summary>The certificates and revocation lists that accompany evidence, read once.</summary>
public sealed class EndorsementPool
{
    private EndorsementPool(IReadOnlyList<ChainCertificate> certificates, IReadOnlyList<RevocationList> lists)
    {
        Certificates = certificates;
        Lists = lists;
    }

    /// <summary>The certificates, each once, in the order given.</summary>
    public IReadOnlyList<ChainCertificate> Certificates { get; }

    /// <summary>The revocation lists.</summary>
    public IReadOnlyList<RevocationList> Lists { get; }

    /// <summary>Reads certificates and lists in DER; whatever cannot be read is a finding.</summary>
    public static EndorsementPool Read(IEnumerable<ReadOnlyMemory<byte>> certificates, IEnumerable<ReadOnlyMemory<byte>> lists, Findings findings)
    {
        var pool = new List<ChainCertificate>();
        foreach (var der in certificates)
        {
            if (ChainCertificate.TryRead(der) is not { } certificate) findings.Add(ChainRefusals.Malformed, "A certificate given with the evidence cannot be read.");
            else if (!pool.Any(c => c.Raw.Span.SequenceEqual(der.Span))) pool.Add(certificate);
        }

        var revocations = new List<RevocationList>();
        foreach (var der in lists)
        {
            if (RevocationList.TryRead(der) is { } list) revocations.Add(list);
            else findings.Add(ChainRefusals.RevocationMalformed, "A revocation list given with the evidence cannot be read, or is only a partial one.");
        }

        return new EndorsementPool(pool, revocations);
    }

    /// <summary>The parts of <paramref name="evidence"/> that are certificates and revocation lists.</summary>
    public static EndorsementPool Of(Evidence evidence, Findings findings) =>
        Read(evidence.PartsOf(EvidencePartKind.Certificate), evidence.PartsOf(EvidencePartKind.RevocationList), findings);
}
