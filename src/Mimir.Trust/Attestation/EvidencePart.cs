namespace Mimir.Trust.Attestation;

/// <summary>Something that accompanies the body of evidence.</summary>
/// <param name="Kind">What it is said to be; the verifier checks it.</param>
/// <param name="Bytes">At most <see cref="EvidenceCodec.LargestPart"/> bytes.</param>
public readonly record struct EvidencePart(EvidencePartKind Kind, ReadOnlyMemory<byte> Bytes);
