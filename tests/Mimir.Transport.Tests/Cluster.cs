using System.Net;
using Mimir.Transport.Connections;
using Mimir.Transport.Meshes;
using Mimir.Trust;
using Mimir.Trust.Certificates;

namespace Mimir.Transport.Tests;

/// <summary>One certificate authority and the identities, listeners and meshes made from it, all on loopback.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private readonly List<IDisposable> _disposables = [];
    private readonly List<IAsyncDisposable> _asyncDisposables = [];

    public Cluster(bool plain = false)
    {
        IsPlain = plain;
        Authority = CertificateAuthority.Create();
        Anchors = Authority.Anchors();
    }

    public CertificateAuthority Authority { get; }

    public TrustAnchors Anchors { get; }

    public SessionId Session { get; } = new(7, 9);

    private bool IsPlain { get; }

    public TlsSettings Settings(Role role, string name, CertificateAuthority? authority = null)
    {
        var identity = (authority ?? Authority).Issue(role, name, TimeSpan.FromHours(1));
        _disposables.Add(identity);
        return new TlsSettings { Identity = identity, Anchors = Anchors, Enabled = !IsPlain, InsecureLab = IsPlain };
    }

    public PeerListener Listen(TlsSettings settings, Action<string>? refused = null, params Role[] accepted)
    {
        var listener = PeerListener.Start(new IPEndPoint(IPAddress.Loopback, 0), settings, accepted.Length == 0 ? [Role.Party] : accepted, refused);
        _asyncDisposables.Add(listener);
        return listener;
    }

    public DialRequest Dial(PeerListener listener, Role role, string? name, Purpose purpose = Purpose.Tape, int? index = null) =>
        new("127.0.0.1", listener.Endpoint.Port, role, name, purpose, Session, index);

    public async Task<TlsMesh[]> MeshAsync(int count)
    {
        var settings = Enumerable.Range(0, count).Select(i => Settings(Role.Party, $"p{i}")).ToArray();
        var listeners = settings.Select(each => Listen(each)).ToArray();
        var parties = listeners.Select((listener, i) => new MeshPeer($"p{i}", "127.0.0.1", listener.Endpoint.Port)).ToArray();
        var meshes = await Task.WhenAll(Enumerable.Range(0, count).Select(i =>
            TlsMeshBuilder.ConnectAsync(settings[i], listeners[i], Session, i, parties, Deadline)));
        _asyncDisposables.AddRange(meshes);
        return meshes;
    }

    /// <summary>A dialled and an accepted end of one connection.</summary>
    public async Task<(PeerStream Dialled, PeerStream Accepted)> PairAsync(
        Role dialler = Role.Party, Role listener = Role.TripleService, Purpose purpose = Purpose.Tape, Func<TlsSettings, TlsSettings>? change = null)
    {
        var accepting = Listen(Settings(listener, "listener"), null, dialler);
        var settings = Settings(dialler, "dialler");
        var dialled = PeerDialer.ConnectAsync(change is null ? settings : change(settings), Dial(accepting, listener, "listener", purpose));
        var accepted = await accepting.AcceptAsync(new AcceptFilter(purpose, Session), Deadline);
        _asyncDisposables.Add(accepted);
        _asyncDisposables.Add(await dialled);
        return (await dialled, accepted);
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _asyncDisposables.Count - 1; i >= 0; i--) await _asyncDisposables[i].DisposeAsync();
        foreach (var disposable in _disposables) disposable.Dispose();
        Anchors.Dispose();
        Authority.Dispose();
    }
}
