namespace Mimir.Trust.Attestation.Recognition;

/// <summary>What files were put together to.</summary>
/// <param name="Evidence">The evidence.</param>
/// <param name="Nonce">A nonce that was given as a file of hexadecimal digits, or null.</param>
public sealed record AssembledEvidence(Evidence Evidence, ReadOnlyMemory<byte>? Nonce);
