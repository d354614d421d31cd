using Mimir.Trust.Attestation;

namespace Mimir.Trust.Registration;

/// <summary>A peer whose evidence this process verified itself.</summary>
/// <param name="Peer">Who it is.</param>
/// <param name="Verdict">What its evidence proves.</param>
public sealed record AttestedPeer(PeerIdentity Peer, ValidVerdict Verdict);
