using System.Buffers.Binary;
using Mimir.Trust.Attestation.Recognition;

namespace Mimir.Trust.Attestation.Snp;

/// <summary>
/// The table in which a hypervisor hands certificates to a guest (GHCB specification, section SNP Extended Guest Request): entries of a GUID in text
/// order, offset u32 and length u32, little-endian, ended by 24 zero bytes; then the contents, DER (hosts that were given PEM pass PEM on). Entries with other GUIDs are ignored.
/// </summary>
public sealed class SnpCertificateTable
{
    private const int EntryLength = 24;
    private const int MostEntries = 32;

    private static readonly Guid[] CertificateIds =
    [
        new("63da758d-e664-4564-adc5-f4b93be8accd"), // VCEK
        new("a8074bc2-a25a-483e-aae6-39c045a0b8a1"), // VLEK
        new("4ab7b379-bbac-4fe4-a02f-05aef327c782"), // ASK or ASVK
        new("c0b406a4-a803-4952-9743-3fb6014cd0ae"), // ARK
    ];

    private static readonly Guid RevocationListId = new("92f81bc3-5811-4d3d-97ff-d19f88dc67ea");

    private SnpCertificateTable(IReadOnlyList<ReadOnlyMemory<byte>> certificates, IReadOnlyList<ReadOnlyMemory<byte>> lists)
    {
        Certificates = certificates;
        RevocationLists = lists;
    }

    /// <summary>The certificates, DER.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Certificates { get; }

    /// <summary>The revocation lists, DER.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> RevocationLists { get; }

    /// <summary>Whether <paramref name="bytes"/> begin with an entry of a known GUID, or are a table that has one further on.</summary>
    public static bool Recognises(ReadOnlyMemory<byte> bytes) => bytes.Length >= 2 * EntryLength
        && (IsKnown(new Guid(bytes.Span[..16], bigEndian: true)) || TryRead(bytes) is { Certificates.Count: > 0 });

    /// <summary>Reads a table; null if an entry lies outside, or there is no end.</summary>
    public static SnpCertificateTable? TryRead(ReadOnlyMemory<byte> bytes)
    {
        var certificates = new List<ReadOnlyMemory<byte>>();
        var lists = new List<ReadOnlyMemory<byte>>();
        for (var i = 0; i <= MostEntries && (i + 1) * EntryLength <= bytes.Length; i++)
        {
            var entry = bytes.Span.Slice(i * EntryLength, EntryLength);
            if (!entry.ContainsAnyExcept((byte)0)) return new SnpCertificateTable(certificates, lists);
            var id = new Guid(entry[..16], bigEndian: true);
            var offset = BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]);
            if (id == Guid.Empty || offset > (uint)bytes.Length || length > (uint)bytes.Length - offset) return null;
            if (length == 0) continue;
            var content = bytes.Slice((int)offset, (int)length);
            if (CertificateIds.Contains(id)) certificates.AddRange(Decoded(content, "CERTIFICATE"));
            else if (id == RevocationListId) lists.AddRange(Decoded(content, "X509 CRL"));
        }

        return null;
    }

    /// <summary>What is damaged stays as it is, and is then refused as such.</summary>
    private static IEnumerable<ReadOnlyMemory<byte>> Decoded(ReadOnlyMemory<byte> content, string label) =>
        PemText.Recognises(content.Span) && PemText.TryRead(content.Span) is { } blocks && blocks.All(b => b.Label == label) ? blocks.Select(b => (ReadOnlyMemory<byte>)b.Content) : [content];

    private static bool IsKnown(Guid id) => CertificateIds.Contains(id) || id == RevocationListId;
}
