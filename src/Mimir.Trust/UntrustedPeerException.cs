namespace Mimir.Trust;

/// <summary>
/// A certificate does not prove what its bearer claims. The message names the bearer as far as known, what is wrong, and what to do.
/// </summary>
public sealed class UntrustedPeerException(string message) : Exception(message);
