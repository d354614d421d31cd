using Mimir.Transport.Protos;
using Mimir.Trust;

namespace Mimir.Client.Clusters;

/// <summary>What the coordinator says about its cluster, judged by this process: each worker's certificate, and its evidence where a policy demands some.</summary>
/// <param name="Workers">Registered parties and Triple Services by role and name.</param>
/// <param name="Models">What is or was shared, in that order.</param>
public sealed record ClusterDescription(IReadOnlyList<ClusterWorker> Workers, IReadOnlyList<ClusterModel> Models)
{
    private const int MostWorkers = 1024;
    private const int MostModels = 4096;

    /// <summary>Reads a report, from whomever it comes; what cannot be used of it is left out or marked as refused.</summary>
    internal static ClusterDescription Read(ClusterReport report, TrustAnchors anchors, DateTimeOffset now) => new(
        [.. report.Workers.Take(MostWorkers).Select(w => ClusterWorker.Read(w, anchors, now)).OfType<ClusterWorker>()],
        [.. report.Models.TakeLast(MostModels).Select(ClusterModel.Read).OfType<ClusterModel>()]);

    /// <summary>The registered worker of that role and name, or null.</summary>
    public ClusterWorker? Find(Role role, string name) => Workers.FirstOrDefault(w => w.Role == role && w.Name == name);

    /// <summary>What keeps sessions from running on <paramref name="model"/>: a member that is gone or refused, or rules that its members break together; null: nothing.</summary>
    public string? ProblemOf(ClusterModel model, TrustAnchors anchors)
    {
        var members = model.Members.Select(m => (Who: $"{m.Role.ToName()} '{m.Name}'", Worker: Find(m.Role, m.Name))).ToArray();
        if (members.FirstOrDefault(m => m.Worker is null) is { Who: { } gone }) return $"{gone} is gone";
        if (members.FirstOrDefault(m => m.Worker!.Refusal is not null) is { Worker.Refusal: { } refusal }) return refusal;
        if (model.State != ClusterModelState.Ready) return model.Ended.Length > 0 ? model.Ended : "its parties have not loaded it yet";
        try
        {
            anchors.Attestation?.RequireQuorum([.. members.Select(m => m.Worker!.Evidence!)]);
            return null;
        }
        catch (UntrustedPeerException refused)
        {
            return refused.Message;
        }
    }
}
