using System.CommandLine;
using System.Globalization;
using Mimir.Overlay.Descriptors;
using Mimir.Overlay.Interfaces;
using Mimir.Overlay.Running;
using Mimir.Overlay.Uapi;
using Mimir.Trust;

namespace Mimir.Cli.Commands;

/// <summary>`mimir wireguard status`: whether the peers are alive.</summary>
internal static class WireGuardStatus
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var (name, peers, authority, json) = (WireGuardCommand.Interface(), WireGuardCommand.Peers(), WireGuardCommand.Authority(), SharedOptions.Json());
        var limit = SharedOptions.Bounded(new Option<int>("--stale-after")
        {
            Description = "Seconds since the last handshake after which a peer is stale",
            HelpName = "N",
            DefaultValueFactory = _ => (int)Reconciliation.SessionLifetime.TotalSeconds,
        }, 1, 86400);
        var command = new Command("status", "Handshakes and bytes of every peer; status 1 when one is stale. --peers and --ca give them names") { name, peers, authority, limit, json };
        command.SetAction(async (result, cancellation) =>
        {
            if (result.GetValue(peers) is null != result.GetValue(authority) is null) throw new UsageException("--peers and --ca belong together");
            var settings = new InterfaceSettings(result.GetValue(name)!);
            if (!settings.AreValid) throw new UsageException($"'{result.GetValue(name)}' is no name of an interface");
            using var device = await OverlayInterface.Find(settings).GetAsync(cancellation);
            var now = TimeProvider.System.GetUtcNow();
            var names = Names(result.GetValue(peers), result.GetValue(authority), now);
            var health = PeerHealth.Of(device, TimeSpan.FromSeconds(result.GetValue(limit)), now);
            if (result.GetValue(json)) Print(result.InvocationConfiguration.Output, device, health, names);
            else Tables.Print(result.InvocationConfiguration.Output, result.GetValue(name)!, Rows(device, health, names));
            return health.Any(h => h.State == PeerState.Stale) ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static Dictionary<string, string> Names(string? folder, string? authority, DateTimeOffset now)
    {
        if (folder is null) return [];
        using var anchors = TrustAnchors.Load(authority!);
        var peers = PeerBook.Read(folder, null, anchors, null, now).Peers;
        return peers.SelectMany(p => ((string[])[p.PublicKey.ToString(), p.Address.ToString()]).Select(known => (known, p.ToString()))).ToDictionary();
    }

    /// <summary>Whose the key is, or, for a key that is about to go, whose the address is that it still holds.</summary>
    private static string? NameOf(UapiPeer peer, Dictionary<string, string> names) =>
        peer.AllowedAddresses.Select(a => a.BaseAddress.ToString()).Prepend(peer.PublicKey.ToString()).Select(names.GetValueOrDefault).FirstOrDefault(n => n is not null);

    private static IEnumerable<(string, string)> Rows(UapiDevice device, IReadOnlyList<PeerHealth> health, Dictionary<string, string> names)
    {
        yield return ("key", device.PublicKey?.ToString() ?? "none");
        yield return ("UDP port", device.ListenPort.ToString(CultureInfo.InvariantCulture));
        foreach (var (peer, age, state) in health)
        {
            yield return (NameOf(peer, names) ?? "unknown", "");
            yield return ("key", peer.PublicKey.ToString());
            yield return ("state", Word(state));
            yield return ("address", string.Join(", ", peer.AllowedAddresses.Select(a => a.BaseAddress)));
            yield return ("endpoint", peer.Endpoint?.ToString() ?? "none");
            yield return ("last handshake", age is { } time ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s ago") : "never");
            yield return ("received, sent", $"{Quantity.Bytes(peer.ReceivedBytes)}, {Quantity.Bytes(peer.SentBytes)}");
        }
    }

    private static void Print(TextWriter output, UapiDevice device, IReadOnlyList<PeerHealth> health, Dictionary<string, string> names) => Json.Write(output, new
    {
        Key = device.PublicKey?.ToString(),
        device.ListenPort,
        Peers = health.Select(h => new
        {
            Name = NameOf(h.Peer, names),
            Key = h.Peer.PublicKey.ToString(),
            State = Word(h.State),
            Addresses = h.Peer.AllowedAddresses.Select(a => a.BaseAddress.ToString()),
            Endpoint = h.Peer.Endpoint?.ToString(),
            HandshakeSecondsAgo = h.Age?.TotalSeconds,
            h.Peer.ReceivedBytes,
            h.Peer.SentBytes,
        }),
    });

    private static string Word(PeerState state) => state switch
    {
        PeerState.Ok => "ok",
        PeerState.Stale => "stale",
        _ => "announced",
    };
}
