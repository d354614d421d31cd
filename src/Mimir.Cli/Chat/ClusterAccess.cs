using Mimir.Cli.Commands;
using Mimir.Cli.Configuration;
using Mimir.Cli.Demo;
using Mimir.Cli.Keeping;
using Mimir.Client;
using Mimir.Client.Text;
using Mimir.Services.Hosting;
using Mimir.Transport.Connections;
using Mimir.Trust;

namespace Mimir.Cli.Chat;

/// <summary>A data owner's way to a cluster: the one that `mimir up` keeps, one of its own for a moment, or the one that a configuration names.</summary>
internal sealed class ClusterAccess : IAsyncDisposable
{
    private readonly IAsyncDisposable? _cluster;
    private readonly IDisposable[] _owned;

    private ClusterAccess(TextOwner owner, GenerationOptions options, IAsyncDisposable? cluster, params IDisposable[] owned) =>
        (Owner, Options, _cluster, _owned) = (owner, options, cluster, owned);

    /// <summary>Turns text into sessions.</summary>
    public TextOwner Owner { get; }

    /// <summary>How to generate; parties, security and weights are the cluster's.</summary>
    public GenerationOptions Options { get; }

    /// <summary>The cluster that `mimir up` keeps.</summary>
    public static ClusterAccess Of(StateDirectory state, KeptCluster cluster, GenerationOptions options)
    {
        var address = HostAddress.Parse(cluster.Coordinator);
        var identity = Identity.Load(state.ClientDirectory);
        var anchors = TrustAnchors.Load(Path.Combine(state.ClientDirectory, "ca.pem"));
        return new ClusterAccess(Open(identity, anchors, address, cluster.Model), cluster.Apply(options), null, identity, anchors);
    }

    /// <summary>The cluster that a configuration names.</summary>
    /// <exception cref="UsageException">The configuration does not say where it is.</exception>
    public static ClusterAccess Of(MimirConfig settings, string model, GenerationOptions options)
    {
        var role = RoleCommands.Settings(settings);
        var address = HostAddress.Parse(role.Coordinator ?? throw new UsageException("coordinator is not set; put it into the file that --config names, or into the environment"));
        var identity = Identity.Load(role.Identity);
        var anchors = role.OpenAnchors();
        return new ClusterAccess(Open(identity, anchors, address, model), options, null, identity, anchors);
    }

    /// <summary>A cluster of its own, which ends with this.</summary>
    public static async Task<ClusterAccess> StartAsync(LocalClusterOptions cluster, GenerationOptions options, CancellationToken cancellation)
    {
        _ = TextModel.Open(cluster.Model);
        var started = await LocalCluster.StartAsync(cluster, _ => { }, cancellation);
        var tls = started.Issue(Role.DataOwner, ClusterKeeper.ClientName);
        var owner = new TextOwner(tls, started.Coordinator.Host, started.Coordinator.Port, TextModel.Open(cluster.Model));
        return new ClusterAccess(owner, options with { Parties = cluster.Parties, Active = cluster.Active, Weights = cluster.Weights, ScaleBits = cluster.ScaleBits }, started, tls.Identity);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Owner.Dispose();
        foreach (var owned in _owned) owned.Dispose();
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    private static TextOwner Open(Identity identity, TrustAnchors anchors, HostAddress address, string model) =>
        new(new TlsSettings { Identity = identity, Anchors = anchors }, address.Host, address.Port, TextModel.Open(model));
}
