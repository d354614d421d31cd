using System.Net;
using System.Net.Sockets;
using Mimir.Cli.Demo;
using Mimir.Client.Text;
using Mimir.Trust;

namespace Mimir.Cli.Keeping;

/// <summary>
/// Keeps a local cluster running until somebody asks for its end or one of its processes ends. State, logs and the identity for this user's commands lie in
/// the state directory; nothing but the logs and the reason is left of a cluster that ended by itself, and nothing at all of one that was asked to.
/// </summary>
internal static class ClusterKeeper
{
    /// <summary>The name of the data owner that commands of this user are.</summary>
    public const string ClientName = "me";

    private const string KeeperLog = "up";
    private static readonly TimeSpan Validity = TimeSpan.FromDays(30);

    /// <summary>Runs to the end.</summary>
    /// <param name="state">Where; nobody keeps a cluster there, or this throws.</param>
    /// <param name="options">What to run.</param>
    /// <param name="port">The gateway's on loopback; 0: any.</param>
    /// <param name="say">Told what happens, line by line, for the terminal.</param>
    /// <param name="ready">Told once when it can be used.</param>
    /// <param name="cancellation">Asks for the end.</param>
    /// <exception cref="ClusterIsUpException">Somebody keeps one already.</exception>
    public static async Task RunAsync(StateDirectory state, LocalClusterOptions options, int port, Action<string> say, Action<KeptCluster> ready, CancellationToken cancellation)
    {
        using var held = await state.TryLockAsync(cancellation) ?? throw new ClusterIsUpException(state.Read());
        if (state.Clean(logs: true)) say("removed what an earlier cluster had left behind");
        // What would fail in the end is said before anything is started.
        _ = TextModel.Open(options.Model);
        RequireFree(port);
        var started = TimeProvider.System.GetUtcNow();
        var kept = new KeptCluster
        {
            Keeper = Environment.ProcessId,
            Started = started,
            Expires = started + Validity,
            Model = options.Model,
            Parties = options.Parties,
            Active = options.Active,
            PublicWeights = options.Weights.Public,
            Adapter = options.Weights.Adapter,
            ScaleBits = options.ScaleBits,
        };
        Directory.CreateDirectory(state.LogDirectory);
        var log = new RoleLog(state.LogDirectory, KeeperLog, TimeProvider.System);
        var asked = true;
        using var control = ControlSocket.Listen(state.ControlSocket);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _ = StopAsync(control, stop);
        try
        {
            state.Write(kept);
            log.Write($"starting {kept}");
            say($"starting {kept}");
            await using var cluster = await LocalCluster.StartAsync(
                options with { Directory = state.KeyDirectory, Validity = Validity, LogOf = name => new RoleLog(state.LogDirectory, name, TimeProvider.System).Write }, _ => { }, stop.Token);
            var gateway = await cluster.StartGatewayAsync($"127.0.0.1:{port}", stop.Token);
            ClientFiles(state, cluster);
            kept = kept with
            {
                Ready = true,
                Gateway = gateway,
                Coordinator = cluster.Coordinator.ToString(),
                Processes = [.. cluster.Processes.Where(p => !p.Exited.IsCompleted).Select(p => new KeptProcess(p.Role, p.Name, p.ProcessId))],
            };
            state.Write(kept);
            log.Write($"ready: {kept}");
            ready(kept);
            await cluster.WatchAsync().WaitAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked for.
        }
        catch (Exception error)
        {
            asked = false;
            var line = Failure.Of(error).Line;
            log.Write($"ended: {line}");
            state.Ended = $"{LogLine.Stamp(TimeProvider.System.GetUtcNow())} {line}";
            throw;
        }
        finally
        {
            state.Clean(logs: asked);
        }
    }

    private static async Task StopAsync(ControlSocket control, CancellationTokenSource stop)
    {
        try
        {
            await control.Asked.WaitAsync(stop.Token);
            await stop.CancelAsync();
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // It ends already.
        }
    }

    private static void RequireFree(int port)
    {
        using var probe = new TcpListener(IPAddress.Loopback, port);
        try
        {
            probe.Start();
        }
        catch (SocketException error)
        {
            throw new UsageException($"port {port} of 127.0.0.1 cannot be used for the gateway: {error.Message}; choose another one with --port, or 0 for any");
        }
    }

    private static void ClientFiles(StateDirectory state, LocalCluster cluster)
    {
        var tls = cluster.Issue(Role.DataOwner, ClientName);
        using var identity = tls.Identity;
        identity.Save(state.ClientDirectory);
        var authority = Path.Combine(state.ClientDirectory, "ca.pem");
        File.Copy(cluster.AuthorityFile, authority);
        File.WriteAllText(state.ClientConfiguration, $"coordinator: {cluster.Coordinator}\ntls:\n  identity: {Quoted(state.ClientDirectory)}\n  authority: {Quoted(authority)}\n");
    }

    private static string Quoted(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";
}
