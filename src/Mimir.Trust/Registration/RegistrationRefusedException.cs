namespace Mimir.Trust.Registration;

/// <summary>A node that may not join.</summary>
/// <param name="code">Stable: <c>registration.nonce</c>, <c>registration.relayed</c>, <c>registration.key</c>, <c>registration.evidence</c>, <c>registration.policy</c>, <c>registration.rate</c>, <c>registration.closed</c>.</param>
/// <param name="sentence">One line for the operator: what was refused, and what to do.</param>
public sealed class RegistrationRefusedException(string code, string sentence) : Exception($"{code}: {sentence}")
{
    /// <summary>The nonce was never given to this node, was used, or is too old: a replay.</summary>
    public const string Nonce = "registration.nonce";

    /// <summary>The evidence was given for another connection than the one it came through.</summary>
    public const string Relayed = "registration.relayed";

    /// <summary>The key is of a wrong kind, or the node does not hold it.</summary>
    public const string Key = "registration.key";

    /// <summary>The evidence is not genuine, or is bound to something else; the sentence has the reasons.</summary>
    public const string Evidence = "registration.evidence";

    /// <summary>The evidence is genuine, and the policy refuses what it says; the sentence has the rules.</summary>
    public const string Policy = "registration.policy";

    /// <summary>Too many attempts within a minute: not judged; try again later.</summary>
    public const string Rate = "registration.rate";

    /// <summary>The coordinator does not even take the connection.</summary>
    public const string Closed = "registration.closed";

    /// <summary>Stable, for programs.</summary>
    public string Code { get; } = code;
}
