namespace Mimir.Trust.Attestation.Recognition;

/// <summary>A file that somebody gave as evidence or beside it.</summary>
/// <param name="Name">Its name, which decides only where contents are ambiguous (<c>*sig*</c>, <c>*pcr*</c>).</param>
/// <param name="Bytes">Its contents.</param>
public sealed record EvidenceFile(string Name, ReadOnlyMemory<byte> Bytes);
