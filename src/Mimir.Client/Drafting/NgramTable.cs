using System.Buffers.Binary;

namespace Mimir.Client.Drafting;

/// <summary>
/// What follows the last 1 to n tokens most often in a public text. Small: of a context only a 32-bit fingerprint, the next token and how
/// often it is right are kept, and only contexts that were seen often enough. Public, like the text.
/// </summary>
/// <remarks>
/// File, little-endian: "MNGRAM1\n"; u32 vocabulary; u32 n; per order 1..n: u32 count, count × u32 fingerprints, ascending, count × u16 next
/// tokens, count × u8 shares (255 = always).
/// </remarks>
public sealed class NgramTable
{
    /// <summary>Most orders.</summary>
    public const int LongestContext = 16;

    private const int LargestVocabulary = 1 << 16;
    private const int MostEntries = 1 << 24;
    private const int LargestPiece = 1 << 16;
    private readonly (uint[] Keys, ushort[] Next, byte[] Shares)[] _orders;

    private NgramTable(int vocabulary, (uint[], ushort[], byte[])[] orders) => (Vocabulary, _orders) = (vocabulary, orders);

    /// <summary>Tokens are below it.</summary>
    public int Vocabulary { get; }

    /// <summary>n: tokens of the longest context.</summary>
    public int Orders => _orders.Length;

    /// <summary>Contexts kept.</summary>
    public int Entries => _orders.Sum(o => o.Keys.Length);

    /// <summary>Counts <paramref name="documents"/>; a context is kept if it was seen at least <paramref name="least"/> times.</summary>
    public static NgramTable Build(IEnumerable<IReadOnlyList<int>> documents, int vocabulary, int orders, int least)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vocabulary, LargestVocabulary);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(orders, LongestContext);
        var counts = Enumerable.Range(0, orders).Select(_ => new Dictionary<(uint Key, ushort Next), int>()).ToArray();
        foreach (var document in documents)
        {
            for (var at = 1; at < document.Count; at++)
            {
                var key = NgramKey.Empty;
                for (var order = 0; order < Math.Min(orders, at); order++)
                {
                    key = NgramKey.Prepend(key, document[at - 1 - order]);
                    var entry = ((uint)(key >> 32), (ushort)document[at]);
                    counts[order][entry] = counts[order].GetValueOrDefault(entry) + 1;
                }
            }
        }
        return new NgramTable(vocabulary, [.. counts.Select(c => Best(c, least))]);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is no such file; says why.</exception>
    public static NgramTable Read(Stream stream)
    {
        try
        {
            using var reader = new BinaryReader(stream);
            if (!reader.ReadBytes(8).AsSpan().SequenceEqual("MNGRAM1\n"u8)) throw new InvalidDataException("this is no n-gram table");
            var (vocabulary, orders) = (reader.ReadUInt32(), reader.ReadUInt32());
            if (vocabulary is 0 or > LargestVocabulary || orders is 0 or > LongestContext)
                throw new InvalidDataException($"an n-gram table of {vocabulary} tokens and {orders} orders cannot be");
            var tables = new (uint[], ushort[], byte[])[orders];
            for (var i = 0; i < tables.Length; i++) tables[i] = ReadOrder(reader, vocabulary);
            if (stream.ReadByte() >= 0) throw new InvalidDataException("the n-gram table goes on after its end");
            return new NgramTable((int)vocabulary, tables);
        }
        catch (EndOfStreamException)
        {
            throw new InvalidDataException("the n-gram table is cut short");
        }
    }

    /// <summary>Writes the file.</summary>
    public void Write(Stream stream)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write("MNGRAM1\n"u8);
        writer.Write((uint)Vocabulary);
        writer.Write((uint)Orders);
        foreach (var (keys, next, shares) in _orders)
        {
            writer.Write((uint)keys.Length);
            foreach (var key in keys) writer.Write(key);
            foreach (var token in next) writer.Write(token);
            writer.Write(shares);
        }
    }

    /// <summary>
    /// The likeliest token after the context with fingerprint <paramref name="key"/> of <paramref name="order"/> tokens, with the share of the
    /// text's occurrences that it follows.
    /// </summary>
    public bool TryFind(int order, ulong key, out int next, out double share)
    {
        var (keys, tokens, shares) = _orders[order - 1];
        var at = Array.BinarySearch(keys, (uint)(key >> 32));
        (next, share) = at >= 0 ? (tokens[at], shares[at] / 255.0) : (0, 0);
        return at >= 0;
    }

    private static (uint[], ushort[], byte[]) Best(Dictionary<(uint Key, ushort Next), int> counts, int least)
    {
        var best = new SortedDictionary<uint, (ushort Next, int Count, int Total)>();
        foreach (var ((key, next), count) in counts)
        {
            var (token, most, total) = best.GetValueOrDefault(key);
            // The smaller token of equals, so that the table does not depend on the order of counting.
            best[key] = count > most || (count == most && next < token) ? (next, count, total + count) : (token, most, total + count);
        }
        var kept = best.Where(b => b.Value.Total >= least).ToArray();
        return (
            [.. kept.Select(k => k.Key)], [.. kept.Select(k => k.Value.Next)],
            [.. kept.Select(k => (byte)(255L * k.Value.Count / k.Value.Total))]);
    }

    private static (uint[], ushort[], byte[]) ReadOrder(BinaryReader reader, uint vocabulary)
    {
        var count = reader.ReadUInt32();
        if (count > MostEntries) throw new InvalidDataException($"an n-gram table with {count} entries of one order is too large");
        var bytes = Take(reader, (int)count * 7);
        var (keys, next) = (new uint[count], new ushort[count]);
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4 * i));
            next[i] = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(4 * (int)count + 2 * i));
            if ((i > 0 && keys[i] <= keys[i - 1]) || next[i] >= vocabulary) throw new InvalidDataException("the n-gram table is damaged");
        }
        return (keys, next, bytes[(6 * (int)count)..]);
    }

    /// <summary>The next bytes. Memory grows with what is there, not with what the file says is there.</summary>
    private static byte[] Take(BinaryReader reader, int length)
    {
        var taken = new MemoryStream();
        while (taken.Length < length)
        {
            var piece = reader.ReadBytes((int)Math.Min(length - taken.Length, LargestPiece));
            if (piece.Length == 0) throw new EndOfStreamException();
            taken.Write(piece);
        }
        return taken.ToArray();
    }
}
