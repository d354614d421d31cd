namespace Mimir.Trust;

/// <summary>
/// A certificate does not prove what its bearer claims. The message names the bearer as far as known, what is wrong, and what to do.
/// </summary>
public class UntrustedPeerException(string message) : Exception(message);

/// <summary>What a peer is was proven, and the attestation policy does not want it.</summary>
public sealed class PolicyRefusedException(string message) : UntrustedPeerException(message);
