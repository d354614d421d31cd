namespace Mimir.Trust.Attestation;

/// <summary>
/// What a machine shows to prove what it runs: the hardware's statement (body) and what is needed to check it (parts). Nothing of it is trusted;
/// <see cref="EvidenceVerifier"/> decides. Bodies: SNP report, TDX quote, Nitro COSE_Sign1, TPMS_ATTEST, Azure's HCL report, simulated statement.
/// </summary>
/// <param name="Kind">What the body is said to be.</param>
/// <param name="Body">At most <see cref="EvidenceCodec.LargestPart"/> bytes.</param>
/// <param name="Parts">Endorsements and further parts, in any order, at most <see cref="EvidenceCodec.MostParts"/>.</param>
public sealed record Evidence(EvidenceKind Kind, ReadOnlyMemory<byte> Body, IReadOnlyList<EvidencePart> Parts)
{
    /// <summary>Evidence whose body carries everything.</summary>
    public Evidence(EvidenceKind kind, ReadOnlyMemory<byte> body)
        : this(kind, body, [])
    {
    }

    /// <summary>All parts of one kind, in order.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> PartsOf(EvidencePartKind kind) => Parts.Where(p => p.Kind == kind).Select(p => p.Bytes);

    /// <summary>The same with more parts, for example collateral that the verifier has from its own cache.</summary>
    public Evidence With(params IEnumerable<EvidencePart> more) => this with { Parts = [.. Parts, .. more] };
}
