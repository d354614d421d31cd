using System.Buffers.Binary;
using System.Text;

namespace Mimir.Gateway.Tests.Sockets;

/// <summary>Looks for a text, and for its tokens in every form in which numbers are sent: fixed and varint, both byte orders, each four in a row.</summary>
internal static class Traces
{
    /// <summary>Tokens of a row: by chance, four of them do not occur.</summary>
    private const int Row = 4;

    /// <summary>What of <paramref name="text"/> and <paramref name="tokens"/> is in <paramref name="captured"/>.</summary>
    public static IReadOnlyList<string> Of(byte[] captured, string text, IReadOnlyList<int> tokens)
    {
        var found = new List<string>();
        foreach (var word in Pieces(text))
            foreach (var encoding in (Encoding[])[Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode])
                if (Contains(captured, encoding.GetBytes(word))) found.Add($"'{word}' in {encoding.WebName}");
        for (var start = 0; start + Row <= tokens.Count; start++)
        {
            var row = tokens.Skip(start).Take(Row).ToArray();
            foreach (var (name, write) in Forms)
                if (Contains(captured, [.. row.SelectMany(write)])) found.Add($"tokens {string.Join(' ', row)} as {name}");
        }
        return found;
    }

    private static readonly (string Name, Func<int, byte[]> Write)[] Forms =
    [
        ("16 bits", t => Fixed(2, s => BinaryPrimitives.WriteUInt16LittleEndian(s, (ushort)t))),
        ("16 bits, big-endian", t => Fixed(2, s => BinaryPrimitives.WriteUInt16BigEndian(s, (ushort)t))),
        ("32 bits", t => Fixed(4, s => BinaryPrimitives.WriteInt32LittleEndian(s, t))),
        ("32 bits, big-endian", t => Fixed(4, s => BinaryPrimitives.WriteInt32BigEndian(s, t))),
        ("64 bits", t => Fixed(8, s => BinaryPrimitives.WriteInt64LittleEndian(s, t))),
        ("64 bits, big-endian", t => Fixed(8, s => BinaryPrimitives.WriteInt64BigEndian(s, t))),
        ("doubles", t => Fixed(8, s => BinaryPrimitives.WriteDoubleLittleEndian(s, t))),
        ("varints", Varint),
        ("decimal", t => Encoding.ASCII.GetBytes($"{t},")),
    ];

    /// <summary>The text's longer words, and each stretch of twelve characters.</summary>
    private static IEnumerable<string> Pieces(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => w.Length >= 6)
            .Concat(Enumerable.Range(0, Math.Max(0, text.Length - 11)).Select(i => text.Substring(i, 12))).Distinct();

    private static bool Contains(byte[] captured, byte[] pattern) => pattern.Length >= Row && captured.AsSpan().IndexOf(pattern) >= 0;

    private static byte[] Fixed(int size, Action<byte[]> write)
    {
        var bytes = new byte[size];
        write(bytes);
        return bytes;
    }

    private static byte[] Varint(int token)
    {
        var bytes = new List<byte>();
        var left = (uint)token;
        for (; left > 0x7F; left >>= 7) bytes.Add((byte)(left & 0x7F | 0x80));
        bytes.Add((byte)left);
        return [.. bytes];
    }
}
