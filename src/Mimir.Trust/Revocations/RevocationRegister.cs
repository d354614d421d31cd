using System.Security.Cryptography.X509Certificates;

namespace Mimir.Trust.Revocations;

/// <summary>
/// The list in force in this process, and the live connections that a newer one may end. Lists are signed by an authority that is trusted already and only ever replaced by
/// newer ones. Thread-safe.
/// </summary>
public sealed class RevocationRegister
{
    private readonly Lock _lock = new();
    private readonly HashSet<Watched> _watched = [];
    private ReadOnlyMemory<byte> _signed;
    private volatile RevocationList _list = RevocationList.None;

    /// <summary>The list in force.</summary>
    public RevocationList List => _list;

    /// <summary>The list in force as it was signed, to pass on; empty before the first.</summary>
    public ReadOnlyMemory<byte> Signed { get { lock (_lock) return _signed; } }

    /// <summary>Where the list in force is kept across restarts, so that none is rolled back; null: nowhere.</summary>
    public string? File { get; init; }

    /// <summary>
    /// Takes a signed list into force and closes what it ends, before it returns. False when it is the list in force already.
    /// </summary>
    /// <exception cref="RevocationRefusedException">It is malformed, not signed by a trusted authority, older than the list in force, or another one of the same version.</exception>
    internal bool Accept(ReadOnlyMemory<byte> signed, IEnumerable<X509Certificate2> authorities, Action? beforeClosing)
    {
        var (list, content, signature) = RevocationCodec.Decode(signed);
        if (!authorities.Any(a => !IsRevoked(a) && RevocationCodec.Verify(a, content, signature)))
            throw new RevocationRefusedException("revocation.signature", "no authority that this process trusts has signed the list");
        List<(Watched Watched, string Reason)> ended = [];
        lock (_lock)
        {
            if (list.Version == _list.Version && signed.Span.SequenceEqual(_signed.Span)) return false;
            if (list.Version < _list.Version)
                throw new RevocationRefusedException("revocation.stale", $"the list has version {list.Version}, and version {_list.Version} is in force");
            if (list.Version == _list.Version)
                throw new RevocationRefusedException("revocation.forked", $"another list of version {list.Version} is in force; the authority has signed two");
            (_list, _signed) = (list, signed.ToArray());
            foreach (var watched in _watched)
                if (ReasonAgainst(watched.Peer) is { } reason) ended.Add((watched, reason));
        }
        beforeClosing?.Invoke();
        foreach (var (watched, reason) in ended) watched.Close(reason);
        return true;
    }

    /// <summary>Writes the list in force to <see cref="File"/>, if there is one. It is in force whether this succeeds or not.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Keep()
    {
        if (File is { } file && Signed is { IsEmpty: false } signed) Certificates.OwnerOnlyFile.Write(file, Convert.ToBase64String(signed.Span));
    }

    /// <summary>Why <paramref name="peer"/> is refused, or null. One line: who, why, which list.</summary>
    public string? ReasonAgainst(PeerIdentity peer) => Line(peer.ToString(), _list.Find(peer.Role, peer.Name, peer.Serial, Convert.ToHexString(peer.SpkiSha256.Span), peer.IssuerSpkiSha256));

    /// <summary>
    /// Has <paramref name="close"/> called once, with the reason, when <paramref name="peer"/> is revoked; at once if it is already. Disposing of the result ends the watch.
    /// </summary>
    public IDisposable Watch(PeerIdentity peer, Action<string> close)
    {
        var watched = new Watched(this, peer, close);
        lock (_lock) _watched.Add(watched);
        if (ReasonAgainst(peer) is { } reason) watched.Close(reason);
        return watched;
    }

    private bool IsRevoked(X509Certificate2 authority)
    {
        var key = PeerIdentity.KeyHash(authority);
        return _list.Entries.Any(e => e.Kind == RevocationKind.Key && e.Value == key);
    }

    private string? Line(string who, RevocationEntry? entry) => entry is null ? null : $"{who} was revoked (list {_list.Version}): {entry.Reason}";

    private sealed class Watched(RevocationRegister register, PeerIdentity peer, Action<string> close) : IDisposable
    {
        private int _closed;

        public PeerIdentity Peer => peer;

        public void Close(string reason)
        {
            if (Interlocked.Exchange(ref _closed, 1) == 0) close(reason);
        }

        public void Dispose()
        {
            lock (register._lock) register._watched.Remove(this);
        }
    }
}
