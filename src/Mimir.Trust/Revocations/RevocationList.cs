using Mimir.Trust.Certificates;

namespace Mimir.Trust.Revocations;

/// <summary>
/// Who is no longer to be trusted, and which authority is to be trusted next. Each list replaces the one before; a list with a lower version is never accepted again.
/// </summary>
/// <param name="Version">From 1, higher with every list.</param>
/// <param name="Time">When it was signed.</param>
/// <param name="Entries">What is revoked, at most <see cref="MostEntries"/>.</param>
/// <param name="Successors">Certificates (DER) of further authorities to accept, for the time that an authority's key is rotated; at most <see cref="MostSuccessors"/>.</param>
public sealed record RevocationList(ulong Version, DateTimeOffset Time, IReadOnlyList<RevocationEntry> Entries, IReadOnlyList<ReadOnlyMemory<byte>> Successors)
{
    /// <summary>Most entries.</summary>
    public const int MostEntries = 4096;

    /// <summary>Most successors.</summary>
    public const int MostSuccessors = 4;

    /// <summary>The list before any was published.</summary>
    public static RevocationList None { get; } = new(0, DateTimeOffset.UnixEpoch, [], []);

    /// <summary>The next list: everything so far and <paramref name="more"/>.</summary>
    public RevocationList Next(DateTimeOffset now, IEnumerable<RevocationEntry> more, IEnumerable<ReadOnlyMemory<byte>>? successors = null) =>
        new(checked(Version + 1), now, [.. Entries.Concat(more).DistinctBy(e => (e.Kind, e.Value))], [.. Successors, .. successors ?? []]);

    /// <summary>The list with the authority's signature, as it travels.</summary>
    /// <exception cref="ArgumentException">An entry is not well-formed, or there are too many.</exception>
    public byte[] Sign(CertificateAuthority authority)
    {
        var content = RevocationCodec.Encode(this);
        return RevocationCodec.Seal(content, authority.SignData(RevocationCodec.Signed(content)));
    }

    /// <summary>The entry that names this peer, or null.</summary>
    internal RevocationEntry? Find(Role role, string name, string serial, string keyHash, string issuerKeyHash)
    {
        var peer = $"{role.ToName()}/{name}";
        foreach (var entry in Entries)
        {
            var named = entry.Kind switch
            {
                RevocationKind.Name => entry.Value == peer,
                RevocationKind.Serial => entry.Value == serial,
                _ => entry.Value == keyHash || entry.Value == issuerKeyHash,
            };
            if (named) return entry;
        }
        return null;
    }
}
