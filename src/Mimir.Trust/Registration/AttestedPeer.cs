using Mimir.Trust.Attestation;

namespace Mimir.Trust.Registration;

/// <summary>A peer whose evidence this process verified itself.</summary>
/// <param name="Peer">Who it is.</param>
/// <param name="Verdict">What its evidence proves.</param>
public sealed record AttestedPeer(PeerIdentity Peer, ValidVerdict Verdict)
{
    /// <summary>
    /// The organisation that runs it, as its name says and the authority has certified: what follows the first dot, such as <c>acme</c> of <c>p0.acme</c>. Empty without one,
    /// which a policy that wants distinct operators refuses.
    /// </summary>
    public string Operator => Peer.Name.Split('.', 2) is [_, var name] ? name : "";
}
