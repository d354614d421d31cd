namespace Mimir.Trust.Revocations;

/// <summary>A revocation list that is not accepted; the one before stays in force.</summary>
/// <param name="code">Stable: <c>revocation.malformed</c>, <c>revocation.signature</c>, <c>revocation.stale</c>, <c>revocation.forked</c>.</param>
/// <param name="sentence">One line for people.</param>
public sealed class RevocationRefusedException(string code, string sentence) : Exception($"{code}: {sentence}")
{
    /// <summary>Stable, for programs.</summary>
    public string Code { get; } = code;
}
