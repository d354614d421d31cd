using System.Net;
using Mimir.Overlay.Descriptors;
using Mimir.Overlay.Interfaces;
using Mimir.Overlay.Keys;
using Mimir.Overlay.Uapi;
using Mimir.Trust;

namespace Mimir.Overlay.Running;

/// <summary>
/// Keeps an interface as <see cref="Reconciliation"/> wants it: looks at folders and interface every second, ten times a second while a peer's
/// new key waits for its first handshake.
/// </summary>
/// <param name="settings">What to serve.</param>
/// <param name="trust">Whom to trust; the caller disposes of it.</param>
public sealed class OverlayService(OverlaySettings settings, OverlayTrust trust)
{
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Alert = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly KeyFolder _keys = new(settings.Keys);
    private readonly HashSet<string> _said = [];
    private OverlaySelf? _self;
    private string _read = "";

    /// <summary>Makes the interface and serves it until cancelled or until the interface is removed; then nothing of it is left.</summary>
    /// <exception cref="OverlayException">The interface cannot be made, or a file that is needed is not there.</exception>
    /// <exception cref="UapiException">The interface does not answer.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            var address = AddressOf(Self());
            using var made = await OverlayInterface.StartAsync(settings.Interface, cancellation);
            await ReconcileAsync(made.Device, address, cancellation);
            await made.SwitchOnAsync(address, cancellation);
            settings.Log($"{Self().Identity} is {address} on {settings.Interface.Name}, UDP port {settings.ListenPort}");
            await ServeAsync(made, address, cancellation);
        }
        finally
        {
            _self?.Dispose();
            _self = null;
        }
    }

    private async Task ServeAsync(OverlayInterface made, IPAddress address, CancellationToken cancellation)
    {
        var good = settings.Clock.GetTimestamp();
        while (!made.Gone.IsCompleted)
        {
            var waiting = false;
            try
            {
                waiting = await ReconcileAsync(made.Device, address, cancellation);
                good = settings.Clock.GetTimestamp();
            }
            catch (Exception error) when (error is OverlayException or UapiException or InvalidDataException or IOException or UnauthorizedAccessException)
            {
                // Files are replaced one by one, so a moment's disagreement is normal; what lasts means that nobody watches over the peers.
                if (made.Gone.IsCompleted) break;
                if (settings.Clock.GetElapsedTime(good) > Patience) throw;
                SayOnce(error.Message);
            }
            await Task.WhenAny(made.Gone, Task.Delay(waiting ? Alert : Calm, settings.Clock, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }
        settings.Log($"{settings.Interface.Name} was removed");
    }

    /// <summary>One step. True while a peer's new key waits for its first handshake.</summary>
    private async Task<bool> ReconcileAsync(IWireGuardDevice served, IPAddress address, CancellationToken cancellation)
    {
        var self = Self();
        if (!AddressOf(self).Equals(address)) throw new OverlayException($"{settings.Identity}: is now the identity of {self.Identity}; start again with it");
        var anchors = trust.Now();
        var now = settings.Clock.GetUtcNow();
        var book = PeerBook.Read(settings.Peers, (self.Identity.Role, self.Identity.Name), anchors, _keys.Epochs, now);
        foreach (var refusal in book.Refused) SayOnce($"refused {refusal}");
        using var device = await served.GetAsync(cancellation);
        using var change = Reconciliation.Plan(self, book.Peers, device, now);
        if (!change.IsEmpty)
        {
            await served.SetAsync(change, cancellation);
            Say(change, book.Peers);
        }
        return Reconciliation.IsWaiting(book.Peers, device);
    }

    private static IPAddress AddressOf(OverlaySelf self) => OverlayAddress.Of(self.Identity.Role, self.Identity.Name);

    /// <summary>Certificate and keys, read again when a file has changed: every reading leaves copies of secrets in memory.</summary>
    private OverlaySelf Self()
    {
        var files = Directory.EnumerateFiles(settings.Identity).Concat(Directory.EnumerateFiles(settings.Keys, "*.key")).Order(StringComparer.Ordinal);
        var read = string.Join('|', files.Select(f => $"{f}:{File.GetLastWriteTimeUtc(f).Ticks}"));
        if (_self is not null && read == _read) return _self;
        var identity = Identity.Load(settings.Identity);
        try
        {
            var self = new OverlaySelf(identity, _keys.Current(), settings.ListenPort);
            _self?.Dispose();
            (_self, _read) = (self, read);
            return self;
        }
        catch
        {
            identity.Dispose();
            throw;
        }
    }

    private void Say(DeviceChange change, IReadOnlyList<OverlayPeer> peers)
    {
        if (change.Key is { } key) settings.Log($"this node's key is {key.PublicKey}");
        foreach (var peer in change.Peers)
        {
            var name = peers.FirstOrDefault(p => p.PublicKey == peer.PublicKey)?.ToString();
            if (peer.Remove) settings.Log($"{peer.PublicKey} removed");
            else if (peer.Address is { } address) settings.Log($"{name} is {address} with key {peer.PublicKey}");
            else if (peer.PresharedKey is not null) settings.Log($"{name} announces key {peer.PublicKey}");
        }
    }

    private void SayOnce(string line)
    {
        // Bounded: files come and go for as long as the service runs.
        if (_said.Count > 1000) _said.Clear();
        // A file's name may hold anything.
        if (_said.Add(line)) settings.Log(string.Concat(line.Select(c => char.IsControl(c) ? '?' : c)));
    }
}
