using Mimir.Spdz;
using Mimir.Transport.Meshes;
using Mimir.Transport.Protos;
using Mimir.Trust;
using Mimir.Trust.Registration;

namespace Mimir.Transport.Sessions;

/// <summary>A party or Triple Service of a description, its certificate verified by this process.</summary>
/// <param name="Identity">Who it is.</param>
/// <param name="Host">Where it listens.</param>
/// <param name="Port">Its port for binary connections.</param>
/// <param name="GrpcPort">Triple Service: the port of its gRPC service.</param>
/// <param name="Attested">Its evidence, verified by this process; null where none is demanded.</param>
public sealed record VerifiedWorker(PeerIdentity Identity, string Host, int Port, int GrpcPort, AttestedPeer? Attested = null)
{
    /// <summary>Its place in a mesh.</summary>
    public MeshPeer MeshPeer => new(Identity.Name, Host, Port, Identity.SpkiSha256);

    /// <summary>Verifies the certificate and reads the address.</summary>
    /// <exception cref="UntrustedPeerException">The certificate does not verify, or this process's attestation policy refuses the worker.</exception>
    /// <exception cref="MalformedMessageException">The address is none.</exception>
    internal static VerifiedWorker Read(WorkerAddress? address, TrustAnchors anchors, DateTimeOffset now, Role role)
    {
        if (address is null || string.IsNullOrEmpty(address.Host) || address.Host.Length > 255 || address.Port is 0 or > 65535 || address.GrpcPort > 65535)
            throw new MalformedMessageException($"the address of a {role.ToName()} is missing from a description or out of range");
        var identity = address.Worker.Verify(anchors, now, role);
        return new(identity, address.Host, (int)address.Port, (int)address.GrpcPort, anchors.Attestation?.Judge(identity, address.Worker.Attestation?.ToRecord(), now));
    }

    /// <summary>Holds all members together to the quorum rules of this process's attestation policy, if it has one.</summary>
    /// <exception cref="UntrustedPeerException">They break one.</exception>
    internal static void RequireQuorum(IEnumerable<VerifiedWorker> members, TrustAnchors anchors) =>
        anchors.Attestation?.RequireQuorum([.. members.Select(m => m.Attested!)]);

    /// <summary>All parties in index order; at least two, no name twice.</summary>
    internal static IReadOnlyList<VerifiedWorker> ReadParties(IReadOnlyList<WorkerAddress> addresses, TrustAnchors anchors, DateTimeOffset now)
    {
        if (addresses.Count < 2) throw new MalformedMessageException($"a description names {addresses.Count} parties; at least 2 are needed");
        VerifiedWorker[] parties = [.. addresses.Select(a => Read(a, anchors, now, Role.Party))];
        if (parties.DistinctBy(p => p.Identity.Name).Count() != parties.Length || parties.DistinctBy(p => Convert.ToHexString(p.Identity.SpkiSha256.Span)).Count() != parties.Length)
            throw new MalformedMessageException("a description names one party twice");
        return parties;
    }

    /// <summary>The index of the party called <paramref name="name"/>.</summary>
    /// <exception cref="MalformedMessageException">There is none.</exception>
    internal static int IndexOf(IReadOnlyList<VerifiedWorker> parties, string name)
    {
        for (var i = 0; i < parties.Count; i++)
            if (parties[i].Identity.Name == name) return i;
        throw new MalformedMessageException($"the description does not name party '{name}'");
    }
}
