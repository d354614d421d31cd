using Mimir.Gateway.Clusters;
using Mimir.Gateway.Hosting;
using Mimir.Gateway.Joint;
using Mimir.Gateway.Sessions;

namespace Mimir.Gateway;

/// <summary>What lives as long as a gateway, and what its endpoints share.</summary>
public sealed class GatewayState : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    internal GatewayState(GatewaySettings settings)
    {
        Settings = settings;
        Guard = new RequestGuard(settings);
        Models = new OfferedModels(settings);
        Cluster = new ClusterMonitor(settings, Models);
        Sessions = new SessionBook(settings.Tls.Clock);
        Places = new Places(settings.MaxRequests);
    }

    /// <summary>As it was started.</summary>
    public GatewaySettings Settings { get; }

    /// <summary>What it offers.</summary>
    public OfferedModels Models { get; }

    /// <summary>Its sessions.</summary>
    public SessionBook Sessions { get; }

    /// <summary>Cancelled when the gateway stops.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Who may call.</summary>
    internal RequestGuard Guard { get; }

    /// <summary>What is known of the cluster.</summary>
    internal ClusterMonitor Cluster { get; }

    /// <summary>Its joint sessions.</summary>
    internal JointBook Joint { get; } = new();

    /// <summary>How many sessions run.</summary>
    internal Places Places { get; }

    /// <summary>Ends every session.</summary>
    internal void Stop() => _stopping.Cancel();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Joint.DisposeAsync();
        _stopping.Dispose();
        Cluster.Dispose();
        Models.Dispose();
    }
}
