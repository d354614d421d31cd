using System.Buffers.Binary;

namespace Mimir.Trust.Attestation.Recognition;

/// <summary>
/// Files of register values as tpm2-tools write them: the values only (<c>-F values</c>), or its default form, a selection of 132 bytes and then
/// lists of at most 8 digests (u32 count, 8 buffers of u16 length and 64 bytes each), little-endian.
/// </summary>
internal static class PcrFile
{
    private const int SelectionLength = 132;
    private const int DigestsPerList = 8;
    private const int DigestLength = 66;
    private const int ListLength = 4 + (DigestsPerList * DigestLength);
    private const int MostLists = 16;

    /// <summary>The concatenated values if they are <paramref name="valuesLength"/> bytes; null otherwise.</summary>
    public static ReadOnlyMemory<byte>? TryRead(ReadOnlyMemory<byte> bytes, int valuesLength)
    {
        if (bytes.Length == valuesLength) return bytes;
        var rest = bytes.Span;
        if (rest.Length < SelectionLength + 4) return null;
        var lists = BinaryPrimitives.ReadUInt32LittleEndian(rest[SelectionLength..]);
        rest = rest[(SelectionLength + 4)..];
        if (lists > MostLists || rest.Length != lists * ListLength) return null;
        var values = new MemoryStream();
        for (; !rest.IsEmpty; rest = rest[ListLength..])
        {
            var count = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            if (count > DigestsPerList) return null;
            for (var i = 0; i < count; i++)
            {
                var digest = rest.Slice(4 + (i * DigestLength), DigestLength);
                var length = BinaryPrimitives.ReadUInt16LittleEndian(digest);
                if (length > DigestLength - 2) return null;
                values.Write(digest.Slice(2, length));
            }
        }

        return values.Length == valuesLength ? (ReadOnlyMemory<byte>?)values.ToArray() : null;
    }
}
