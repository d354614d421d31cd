using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.Registration;

namespace Mimir.Client.Clusters;

/// <summary>A registered worker, as this process judges it.</summary>
/// <param name="Role">Party or Triple Service.</param>
/// <param name="Name">As its certificate says.</param>
/// <param name="Evidence">What its evidence proves; null where none is demanded or it is refused.</param>
/// <param name="Refusal">Why this process does not accept it; null: it does.</param>
public sealed record ClusterWorker(Role Role, string Name, AttestedPeer? Evidence, string? Refusal)
{
    /// <summary>What identifies the program of a worker whose evidence was verified; empty otherwise.</summary>
    public ReadOnlyMemory<byte> Measurement => Evidence?.Peer.Attestation?.Measurement ?? default;

    /// <summary>Judges one; null when it does not even say who it is.</summary>
    internal static ClusterWorker? Read(WorkerAddress address, TrustAnchors anchors, DateTimeOffset now)
    {
        if (address.Worker?.Peer is not { Role: PeerRole.Party or PeerRole.TripleService } peer || !PeerName.IsValid(peer.Name)) return null;
        var role = (Role)peer.Role;
        try
        {
            var identity = address.Worker.Verify(anchors, now, role);
            return new(role, peer.Name, anchors.Attestation?.Judge(identity, address.Worker.Attestation?.ToRecord(), now), null);
        }
        catch (UntrustedPeerException refused)
        {
            return new(role, peer.Name, null, refused.Message);
        }
    }
}
