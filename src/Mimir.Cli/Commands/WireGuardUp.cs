using System.CommandLine;
using Mimir.Cli.Overlays;
using Mimir.Overlay.Interfaces;
using Mimir.Overlay.Running;
using Mimir.Services.Hosting;

namespace Mimir.Cli.Commands;

/// <summary>`mimir wireguard up`: the interface, and what keeps it right.</summary>
internal static class WireGuardUp
{
    private const int DefaultPort = 51820;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var folder = WireGuardCommand.Folder("Where the keys are");
        var identity = WireGuardCommand.Identity();
        var (authority, peers, name, network) = (WireGuardCommand.Authority(), WireGuardCommand.Peers(), WireGuardCommand.Interface(), WireGuardCommand.Namespace());
        (authority.Required, peers.Required) = (true, true);
        var port = SharedOptions.Bounded(new Option<int>("--port") { Description = "UDP port", HelpName = "N", DefaultValueFactory = _ => DefaultPort }, 1, 65535);
        var coordinator = new Option<string?>("--coordinator")
        {
            Description = "Where the coordinator exchanges descriptors, outside the overlay: this node's goes there, the others' come into --peers",
            HelpName = "HOST:PORT",
        };
        var revocations = new Option<string?>("--revocations") { Description = "The revocation list that this machine's role keeps (attestation.revocations); whom it names is cut off", HelpName = "FILE" };
        var command = new Command("up", "Makes the interface and keeps it as keys, descriptors and revocations say, until it is stopped")
        {
            folder, identity, authority, peers, coordinator, revocations, port, name, network,
        };
        command.SetAction(async (result, cancellation) =>
        {
            if (OverlayInterface.Obstacle() is { } obstacle) throw new UsageException(obstacle);
            var settings = new OverlaySettings
            {
                Keys = result.GetValue(folder)!,
                Identity = result.GetValue(identity)!,
                Authority = result.GetValue(authority)!,
                Peers = result.GetValue(peers)!,
                Revocations = result.GetValue(revocations),
                ListenPort = result.GetValue(port),
                Interface = new(result.GetValue(name)!, result.GetValue(network)),
                Log = line => result.InvocationConfiguration.Error.WriteLine($"mimir: {line}"),
            };
            try
            {
                await ServeAsync(settings, result.GetValue(coordinator) is { } place ? HostAddress.Parse(place) : null, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // The way it ends.
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task ServeAsync(OverlaySettings settings, HostAddress? coordinator, CancellationToken cancellation)
    {
        using var trust = new OverlayTrust(settings);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (coordinator is not null) Directory.CreateDirectory(settings.Peers);
        List<Task> parts = [new OverlayService(settings, trust).RunAsync(stop.Token)];
        if (coordinator is not null) parts.Add(new CoordinatorFollower(settings, trust, coordinator).RunAsync(stop.Token));
        var first = await Task.WhenAny(parts);
        await stop.CancelAsync();
        await Task.WhenAll(parts).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await first;
    }
}
