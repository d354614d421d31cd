using System.Collections.Concurrent;
using System.Net;
using Mimir.Overlay.Descriptors;
using Mimir.Overlay.Interfaces;
using Mimir.Overlay.Keys;
using Mimir.Overlay.Running;
using Mimir.Overlay.Uapi;
using Mimir.Trust;

namespace Mimir.Overlay.Tests.Namespaces;

/// <summary>A node with its files, its namespace and a running overlay.</summary>
internal sealed class OverlayHost : IAsyncDisposable
{
    private const int Port = 51820;
    private readonly CancellationTokenSource _stop = new();
    private readonly NetworkNamespace _namespace;
    private readonly string _folder;
    private readonly IPEndPoint _endpoint;
    private readonly InterfaceSettings _interface;
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OverlayTrust? _trust;
    private Task _running = Task.CompletedTask;

    public OverlayHost(Group group, string root, string name, NetworkNamespace space, string address)
    {
        (Name, _namespace, _folder, _endpoint) = (name, space, Path.Combine(root, name), new(IPAddress.Parse(address), Port));
        _interface = new($"t{Environment.ProcessId % 1_000_000}-{name}", space.Name);
        Identity = group.Party(name);
        Identity.Save(Path.Combine(_folder, "identity"));
        Directory.CreateDirectory(Peers);
        group.Authority.SaveCertificate(Path.Combine(_folder, "ca.pem"));
        Keys = new(Path.Combine(_folder, "keys"));
        using var first = Keys.Create();
        Key = first.PublicKey;
    }

    public string Name { get; }

    public Identity Identity { get; }

    public KeyFolder Keys { get; }

    public WireGuardPublicKey Key { get; private set; }

    public NetworkNamespace Namespace => _namespace;

    public IPAddress Address => OverlayAddress.Of(Role.Party, Name);

    public string Peers => Path.Combine(_folder, "peers");

    /// <summary>Where its overlay looks for a revocation list.</summary>
    public string Revocations => Path.Combine(_folder, "revocations");

    public UapiClient Uapi => UapiClient.ForInterface(_interface.Name);

    public InterfaceSettings Interface => _interface;

    public Task Running => _running;

    public ConcurrentQueue<string> Log { get; } = [];

    /// <summary>Gives the descriptor of <paramref name="key"/> to another node, as a file that appears whole.</summary>
    public void Announce(WireGuardPublicKey key, OverlayHost to)
    {
        var temporary = Path.Combine(to.Peers, $"{Name}.new");
        File.WriteAllText(temporary, PeerDescriptor.Sign(Identity, key, _endpoint, Keys.NextEpoch(DateTimeOffset.UtcNow)).ToString());
        File.Move(temporary, Path.Combine(to.Peers, $"{Name}.peer"), overwrite: true);
    }

    public async Task StartAsync()
    {
        var settings = new OverlaySettings
        {
            Keys = Path.Combine(_folder, "keys"),
            Identity = Path.Combine(_folder, "identity"),
            Authority = Path.Combine(_folder, "ca.pem"),
            Peers = Peers,
            Revocations = Revocations,
            ListenPort = Port,
            Interface = _interface,
            Log = line =>
            {
                Log.Enqueue(line);
                if (line.Contains(" is fd", StringComparison.Ordinal) && line.Contains("UDP port", StringComparison.Ordinal)) _up.TrySetResult();
            },
        };
        _trust = new(settings);
        _running = new OverlayService(settings, _trust).RunAsync(_stop.Token);
        await Task.WhenAny(_running, _up.Task).WaitAsync(TimeSpan.FromSeconds(60));
        if (_running.IsFaulted) await _running;
    }

    /// <summary>Announces a new key to <paramref name="peer"/>, waits until it has it, uses it, and waits until the peer sees a handshake with it and has left the old one.</summary>
    public async Task RotateAsync(OverlayHost peer)
    {
        using var next = Keys.Prepare();
        Announce(next.PublicKey, peer);
        await peer.UntilAsync(device => device.Peers.Any(p => p.PublicKey == next.PublicKey));
        Key = Keys.Activate();
        await peer.UntilAsync(device => device.Peers is [{ LastHandshake: not null } only] && only.PublicKey == Key && only.AllowedAddresses.Count == 1);
    }

    /// <summary>Waits until the interface is as <paramref name="wanted"/>.</summary>
    public async Task UntilAsync(Func<UapiDevice, bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            using (var device = await Uapi.GetAsync(patience.Token))
                if (wanted(device)) return;
            if (_running.IsCompleted) await _running;
            await Task.Delay(20, patience.Token);
        }
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // That was wanted.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _trust?.Dispose();
        _stop.Dispose();
    }
}
