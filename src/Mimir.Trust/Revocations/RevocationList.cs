using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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

    /// <summary>The next list: everything so far and <paramref name="more"/>. Successors that are revoked themselves are named no longer.</summary>
    public RevocationList Next(DateTimeOffset now, IEnumerable<RevocationEntry> more, IEnumerable<ReadOnlyMemory<byte>>? successors = null)
    {
        var next = new RevocationList(checked(Version + 1), now, [.. Entries.Concat(more).DistinctBy(e => (e.Kind, e.Value))], []);
        return next with
        {
            Successors = [.. Successors.Concat(successors ?? []).DistinctBy(s => Convert.ToHexString(s.Span)).Where(s => !next.HasRevoked(KeyHashOf(s.Span)))],
        };
    }

    /// <summary>The list with the authority's signature, as it travels.</summary>
    /// <exception cref="ArgumentException">An entry is not well-formed, or there are too many.</exception>
    public byte[] Sign(CertificateAuthority authority)
    {
        var content = RevocationCodec.Encode(this);
        return RevocationCodec.Seal(content, authority.SignData(RevocationCodec.Signed(content)));
    }

    /// <summary>Whether a key, an authority's for example, is revoked as such.</summary>
    internal bool HasRevoked(string keyHash) => Entries.Any(e => e.Kind == RevocationKind.Key && e.Value == keyHash);

    /// <summary>
    /// The entry that names this peer, or null: by its name, its key, one of its certificates' <paramref name="serials"/>, or an issuer's key, if all <paramref name="issuers"/> are revoked.
    /// </summary>
    internal RevocationEntry? Find(Role role, string name, string keyHash, IReadOnlyCollection<string> serials, IReadOnlyCollection<string> issuers)
    {
        var peer = $"{role.ToName()}/{name}";
        foreach (var entry in Entries)
        {
            var named = entry.Kind switch
            {
                RevocationKind.Name => entry.Value == peer,
                RevocationKind.Serial => serials.Contains(entry.Value),
                _ => entry.Value == keyHash || issuers.Contains(entry.Value) && issuers.All(HasRevoked),
            };
            if (named) return entry;
        }
        return null;
    }

    /// <summary>SHA-256 of a certificate's public key; empty where it is no certificate.</summary>
    private static string KeyHashOf(ReadOnlySpan<byte> certificate)
    {
        try
        {
            using var read = X509CertificateLoader.LoadCertificate(certificate);
            return PeerIdentity.KeyHash(read);
        }
        catch (CryptographicException)
        {
            return "";
        }
    }
}
