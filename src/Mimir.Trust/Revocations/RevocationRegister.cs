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
    private readonly KnownCertificates _known = new();
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
        if (!authorities.Any(a => !_list.HasRevoked(PeerIdentity.KeyHash(a)) && RevocationCodec.Verify(a, content, signature)))
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
                if (ReasonToClose(watched.Peer) is { } reason) ended.Add((watched, reason));
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

    /// <summary>Why <paramref name="peer"/> is refused, or null. One line: who, why, which list. A key is refused with all its certificates that are known here when one of them is revoked.</summary>
    public string? ReasonAgainst(PeerIdentity peer) => Reason(peer, [peer.IssuerSpkiSha256]);

    /// <summary>Remembers a certificate that was verified otherwise, closes what it ends, and says why it is refused, or null.</summary>
    internal string? Know(PeerIdentity peer)
    {
        List<(Watched Watched, string Reason)> ended = [];
        lock (_lock)
        {
            // Whoever still has a retired authority's key could name any key in a certificate.
            if (!_list.HasRevoked(peer.IssuerSpkiSha256) && _known.Add(peer))
                foreach (var watched in _watched.Where(w => KnownCertificates.AreSame(w.Peer, peer)))
                    if (ReasonToClose(watched.Peer) is { } reason) ended.Add((watched, reason));
        }
        foreach (var (watched, reason) in ended) watched.Close(reason);
        return ReasonAgainst(peer);
    }

    /// <summary>The operator's certificate <paramref name="enrolled"/> vouched for the key of <paramref name="attested"/>: when the one is revoked by its serial number, so is the other.</summary>
    public void Link(PeerIdentity attested, PeerIdentity enrolled)
    {
        lock (_lock) _known.Add(attested, enrolled.Serial);
    }

    /// <summary>
    /// Has <paramref name="close"/> called once, with the reason, when <paramref name="peer"/> is revoked; at once if it is already. Disposing of the result ends the watch. A retired
    /// authority ends a live connection unless another one has certified the same name and key since.
    /// </summary>
    public IDisposable Watch(PeerIdentity peer, Action<string> close)
    {
        var watched = new Watched(this, peer, close);
        string? reason;
        lock (_lock)
        {
            _watched.Add(watched);
            reason = ReasonToClose(peer);
        }
        if (reason is not null) watched.Close(reason);
        return watched;
    }

    private string? ReasonToClose(PeerIdentity peer)
    {
        lock (_lock) return Reason(peer, [.. _known.Of(peer).Select(c => c.Issuer)]);
    }

    private string? Reason(PeerIdentity peer, string[] issuers)
    {
        string[] serials;
        lock (_lock) serials = [.. _known.Of(peer).Select(c => c.Serial)];
        return Line(peer.ToString(), _list.Find(peer.Role, peer.Name, Convert.ToHexString(peer.SpkiSha256.Span), serials, issuers));
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
