namespace Mimir.Trust.Revocations;

/// <summary>
/// Which certificates were seen for a peer's key, so that one that is revoked ends what an earlier one of the same key began, and so that a connection outlives the authority
/// that certified its key first: the last <see cref="MostOfKey"/> of each key, and <see cref="MostKeys"/> keys, of which the one that was seen first goes first. One caller at a time.
/// </summary>
internal sealed class KnownCertificates
{
    /// <summary>Most certificates of one key.</summary>
    public const int MostOfKey = 8;

    /// <summary>Most keys.</summary>
    public const int MostKeys = 4096;

    private readonly Dictionary<string, List<(string Serial, string Issuer)>> _byKey = [];
    private readonly Queue<string> _order = new();

    /// <summary>Remembers a certificate; false when it is known.</summary>
    public bool Add(PeerIdentity peer) => Add(peer, peer.Serial);

    /// <summary>Remembers that the certificate of this serial number stands behind the peer's; false when it is known.</summary>
    public bool Add(PeerIdentity peer, string serial)
    {
        if (!_byKey.TryGetValue(KeyOf(peer), out var known))
        {
            if (_byKey.Count == MostKeys) _byKey.Remove(_order.Dequeue());
            _byKey.Add(KeyOf(peer), known = []);
            _order.Enqueue(KeyOf(peer));
        }
        var isNew = !known.Remove((serial, peer.IssuerSpkiSha256));
        if (known.Count == MostOfKey) known.RemoveAt(0);
        known.Add((serial, peer.IssuerSpkiSha256));
        return isNew;
    }

    /// <summary>The certificates of the peer's name and key: serial number and the issuer's key; this one is always among them.</summary>
    public IEnumerable<(string Serial, string Issuer)> Of(PeerIdentity peer) =>
        _byKey.GetValueOrDefault(KeyOf(peer), []).Append((peer.Serial, peer.IssuerSpkiSha256));

    /// <summary>Whether two certificates are of one name and key.</summary>
    public static bool AreSame(PeerIdentity one, PeerIdentity other) => KeyOf(one) == KeyOf(other);

    private static string KeyOf(PeerIdentity peer) => $"{peer.Role.ToName()}/{peer.Name}/{Convert.ToHexString(peer.SpkiSha256.Span)}";
}
