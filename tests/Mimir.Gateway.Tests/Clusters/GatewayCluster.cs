using System.Net;
using Mimir.Cli.Demo;
using Mimir.EndToEnd.Tests.Processes;
using Mimir.Models.Folding;
using Mimir.Trust;

[assembly: AssemblyFixture(typeof(Mimir.Gateway.Tests.Clusters.GatewayCluster))]

namespace Mimir.Gateway.Tests.Clusters;

/// <summary>A real cluster, one process a role, with gateways in front of it in this process.</summary>
public class GatewayCluster : IAsyncLifetime
{
    private readonly List<GatewayHost> _gateways = [];
    private readonly List<string> _log = [];
    private GatewayHost? _alice;

    internal LocalCluster Cluster { get; private set; } = null!;

    /// <summary>The gateway of alice.</summary>
    public GatewayHost Gateway
    {
        get
        {
            _ = Model;
            return _alice!;
        }
    }

    /// <summary>Skips the test when it is absent.</summary>
    public static string Model => SharedModel.Directory;

    public string Log
    {
        get
        {
            lock (_log) return string.Join('\n', _log);
        }
    }

    /// <summary>How the model's weights are shared.</summary>
    protected virtual WeightTerms Weights => WeightTerms.Secret;

    public async ValueTask InitializeAsync()
    {
        if (!SharedModelIsThere()) return;
        Cluster = await LocalCluster.StartAsync(new LocalClusterOptions { Executable = MimirProcess.Executable, Model = Model, Weights = Weights }, Write, TestContext.Current.CancellationToken);
        _alice = await StartAsync("alice");
    }

    /// <summary>One more gateway.</summary>
    public async Task<GatewayHost> StartAsync(string owner, Func<GatewaySettings, GatewaySettings>? change = null)
    {
        var settings = Settings(owner);
        var gateway = await GatewayHost.StartAsync(change?.Invoke(settings) ?? settings, TestContext.Current.CancellationToken);
        lock (_gateways) _gateways.Add(gateway);
        return gateway;
    }

    public GatewaySettings Settings(string owner) => new()
    {
        Tls = Cluster.Issue(Role.DataOwner, owner),
        CoordinatorHost = Cluster.Coordinator.Host,
        CoordinatorPort = Cluster.Coordinator.Port,
        Models = [Model],
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        DefaultTemperature = 0,
        KeepAlive = TimeSpan.FromMilliseconds(200),
        Slow = TimeSpan.FromSeconds(2),
        MaxBody = 64 << 10,
        Log = Write,
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways) await gateway.DisposeAsync();
        GC.SuppressFinalize(this);
        if (Cluster is not null) await Cluster.DisposeAsync();
    }

    private void Write(string line)
    {
        lock (_log) _log.Add(line);
    }

    private static bool SharedModelIsThere()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, "shared", "models", "stories260K"))) return true;
        return false;
    }
}
