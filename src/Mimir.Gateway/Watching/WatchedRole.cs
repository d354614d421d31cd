using Mimir.Client.Clusters;
using Mimir.Gateway.Clusters;
using Mimir.Transport.Protos;
using Mimir.Trust;

namespace Mimir.Gateway.Watching;

/// <summary>What one process has seen and done in a session.</summary>
/// <param name="Role">party, triple-service or coordinator.</param>
/// <param name="Name">As its certificate says.</param>
/// <param name="Attestation">What this gateway found out about its evidence itself; null for the coordinator, which needs none.</param>
/// <param name="Steps">Party: positions done; Triple Service: positions dealt.</param>
/// <param name="Tokens">Party: tokens sampled.</param>
/// <param name="Rounds">Party: exchanges on the critical path.</param>
/// <param name="OfflineRounds">Party: those of sacrifices and audits.</param>
/// <param name="BytesSent">Party: to the other parties.</param>
/// <param name="BytesReceived">Party: from the other parties, as many as it sent: in a round everybody sends everybody a message of the same length.</param>
/// <param name="BytesDealt">Party: its tape; Triple Service: all tapes.</param>
/// <param name="ChecksPassed">Party: MAC checks.</param>
/// <param name="ItemsAudited">Dealt steps opened and recomputed.</param>
/// <param name="NumbersSeen">Party: numbers opened in steps.</param>
/// <param name="Received">Party: of a sample of them, what the others sent, by equal parts of [0, p).</param>
/// <param name="Opened">Party: the same put together with its own share.</param>
/// <param name="Layers">Party: of its last run.</param>
/// <param name="Envelopes">Coordinator: what it carried.</param>
internal sealed record WatchedRole(
    string Role, string Name, AttestationReport? Attestation, ulong Steps, ulong Tokens, ulong Rounds, ulong OfflineRounds, ulong BytesSent, ulong BytesReceived, ulong BytesDealt,
    ulong ChecksPassed, ulong ItemsAudited, ulong NumbersSeen, IReadOnlyList<ulong>? Received, IReadOnlyList<ulong>? Opened, IReadOnlyList<WatchedLayer>? Layers,
    IReadOnlyList<WatchedEnvelopes>? Envelopes)
{
    private const int MostBins = 64;
    private const int MostLayers = 1024;

    /// <summary>Reads a report as the coordinator passed it on; null when it is of no role that is shown.</summary>
    public static WatchedRole? Of(RoleMetrics metrics, ClusterDescription cluster, bool demanded)
    {
        if (metrics.Peer is not { Role: PeerRole.Party or PeerRole.TripleService or PeerRole.Coordinator } peer || !PeerName.IsValid(peer.Name)) return null;
        var role = (Role)peer.Role;
        var party = role == Trust.Role.Party;
        var sections = metrics.Layers.Count;
        return new WatchedRole(
            role.ToName(), peer.Name, role == Trust.Role.Coordinator ? null : ClusterEndpoints.Describe(role, peer.Name, cluster.Find(role, peer.Name), demanded).Attestation,
            metrics.Steps, metrics.Tokens, metrics.Rounds, metrics.OfflineRounds, metrics.BytesSent, metrics.BytesSent, metrics.BytesDealt, metrics.MacChecks, metrics.ItemsAudited,
            metrics.NumbersSeen, party ? [.. metrics.ReceivedBins.Take(MostBins)] : null, party ? [.. metrics.OpenedBins.Take(MostBins)] : null,
            party ? [.. metrics.Layers.Take(MostLayers).Select((l, i) => new WatchedLayer(NameOf(i, sections), l.Rounds, l.BytesSent))] : null,
            role == Trust.Role.Coordinator ? [.. metrics.Envelopes.Select(e => new WatchedEnvelopes(e.Purpose.ToString().ToLowerInvariant(), e.Count, e.Bytes))] : null);
    }

    private static string NameOf(int section, int sections) => section == 0 ? "embedding" : section == sections - 1 ? "head" : $"layer {section}";
}

/// <summary>The traffic of one part of a step.</summary>
internal sealed record WatchedLayer(string Name, ulong Rounds, ulong Bytes);

/// <summary>Sealed envelopes of one purpose: how many, and how long together.</summary>
internal sealed record WatchedEnvelopes(string Purpose, uint Count, ulong Bytes);
