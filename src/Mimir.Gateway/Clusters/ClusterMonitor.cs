using Mimir.Client;
using Mimir.Client.Clusters;
using Mimir.Gateway.Errors;
using Mimir.Models.Folding;
using Mimir.Models.Transformers;
using Mimir.Spdz;
using Mimir.Trust;

namespace Mimir.Gateway.Clusters;

/// <summary>
/// What the gateway knows of its cluster: asked of the coordinator, judged here, at most a second old. It says early and plainly what every
/// session finds out again for itself before it sends anything. Thread-safe.
/// </summary>
internal sealed class ClusterMonitor(GatewaySettings settings, OfferedModels models) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly MimirClient _client = new(settings.Tls, settings.CoordinatorHost, settings.CoordinatorPort);
    private readonly Lock _lock = new();
    private Task<ClusterDescription>? _asking;
    private long _asked;

    /// <summary>The cluster now.</summary>
    /// <exception cref="PeerLostException">The coordinator does not answer.</exception>
    /// <exception cref="UntrustedPeerException">Somebody else answered.</exception>
    public Task<ClusterDescription> CurrentAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_asking is null || _asking.IsCompleted && settings.Tls.Clock.GetElapsedTime(_asked) > Fresh)
                (_asking, _asked) = (AskAsync(), settings.Tls.Clock.GetTimestamp());
            return _asking.WaitAsync(cancellation);
        }
    }

    /// <summary>How sessions run on a model, when they can.</summary>
    /// <exception cref="ApiException">They cannot: names who is missing or refused.</exception>
    public async Task<GenerationOptions> RequireAsync(OfferedModel model, CancellationToken cancellation)
    {
        var status = StatusOf(await CurrentAsync(cancellation), model);
        return status.Problem is null
            ? status.Options!
            : throw ApiException.Unavailable($"model '{model.Name}' cannot run now: {status.Problem.TrimEnd('.')}", "party_unavailable");
    }

    /// <summary>Whether and how sessions run on a model.</summary>
    public ModelStatus StatusOf(ClusterDescription cluster, OfferedModel model)
    {
        var held = cluster.Models
            .Select(m => (Model: m, Weights: WeightsOf(model, m)))
            .Where(m => m.Weights is not null && m.Model.ScaleBits == settings.Generation.ScaleBits)
            .ToArray();
        if (held.Length == 0) return new(null, null, "nobody has shared it with the cluster; its owner runs mimir model share");
        if (held.All(m => m.Model.Active != settings.Generation.Active))
            return new(held[^1].Model, null, $"it is shared with security: {(held[^1].Model.Active ? "active" : "passive")}, and this gateway's configuration says otherwise");
        held = [.. held.Where(m => m.Model.Active == settings.Generation.Active)];
        // The last one that was shared, unless an earlier one is the last that still runs.
        var (chosen, weights) = held.LastOrDefault(m => m.Model.State == ClusterModelState.Ready, held[^1]);
        return new(chosen, settings.Generation with
        {
            Parties = chosen.Parties.Count,
            Weights = weights!,
            Temperature = settings.DefaultTemperature,
            LogitsToOwner = settings.Generation.LogitsToOwner && weights!.Public,
        }, cluster.ProblemOf(chosen, settings.Tls.Anchors));
    }

    /// <summary>All of this gateway's models.</summary>
    public IReadOnlyList<(OfferedModel Model, ModelStatus Status)> StatusOfAll(ClusterDescription cluster) => [.. models.All.Select(m => (m, StatusOf(cluster, m)))];

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<ClusterDescription> AskAsync()
    {
        using var limit = new CancellationTokenSource(Patience, settings.Tls.Clock);
        try
        {
            return await _client.DescribeClusterAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new PeerLostException($"coordinator at {settings.CoordinatorHost}:{settings.CoordinatorPort} was lost: it did not answer within {Patience.TotalSeconds:0} s.");
        }
    }

    private static WeightTerms? WeightsOf(OfferedModel model, ClusterModel held) =>
        ((WeightTerms[])[WeightTerms.Secret, new WeightTerms(true, null)])
            .FirstOrDefault(w => held.LayoutDigest.Span.SequenceEqual(ModelLayoutCodec.Digest(model.Owner.Model.LayoutOf(w))));
}

/// <summary>Whether and how sessions run on a model.</summary>
/// <param name="Held">What the cluster holds of it, or null.</param>
/// <param name="Options">The terms of its sessions, or null.</param>
/// <param name="Problem">Why not; null: they run.</param>
internal sealed record ModelStatus(ClusterModel? Held, GenerationOptions? Options, string? Problem);
