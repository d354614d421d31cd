namespace Mimir.Trust.Attestation.Tpm;

/// <summary>Selected registers of one bank.</summary>
/// <param name="Bank">The bank's hash.</param>
/// <param name="Registers">Indices, ascending.</param>
public sealed record PcrSelection(TpmHash Bank, IReadOnlyList<int> Registers);
