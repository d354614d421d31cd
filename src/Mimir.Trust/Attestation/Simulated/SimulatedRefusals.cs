namespace Mimir.Trust.Attestation.Simulated;

/// <summary>Codes of refusals by the verifier of simulated evidence.</summary>
public static class SimulatedRefusals
{
    /// <summary>The statement is malformed.</summary>
    public const string Statement = "simulated.statement";

    /// <summary>The statement is by a key that this laboratory does not know.</summary>
    public const string Key = "simulated.key";

    /// <summary>The statement is not signed by the key that it names.</summary>
    public const string Signature = "simulated.signature";
}
