using Mimir.Transport.Protos;
using Mimir.Trust;

namespace Mimir.Services.Coordination;

/// <summary>What data owners are told before they have a session.</summary>
internal sealed partial class Cluster
{
    /// <summary>Workers, models, and the sessions of <paramref name="caller"/>.</summary>
    public ClusterReport Describe(PeerIdentity caller, bool sessionsOnly)
    {
        var report = new ClusterReport();
        report.Sessions.AddRange(_sessions.Values.Select(s => s.Describe(caller)).OfType<NamedSession>());
        if (sessionsOnly) return report;
        lock (_lock) report.Workers.AddRange(_workers.OrderBy(w => w.Key, StringComparer.Ordinal).Select(w => w.Value.Address));
        report.Models.AddRange(_groups.Values.OrderBy(g => g.Number).Select(g => g.Describe()));
        return report;
    }
}
