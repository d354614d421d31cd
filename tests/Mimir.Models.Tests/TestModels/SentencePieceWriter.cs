using System.Buffers.Binary;
using System.Text;

namespace Mimir.Models.Tests.TestModels;

/// <summary>Writes tokenizer.model files and the character maps in them.</summary>
public static class SentencePieceWriter
{
    /// <summary>A model. Types of pieces: 1 normal, 2 unknown, 3 control, 4 user-defined, 6 byte.</summary>
    public static byte[] Model(IEnumerable<(string Piece, float Score, int Type)> pieces, int type, bool byteFallback, bool dummyPrefix, bool removeExtraSpaces, byte[]? characterMap = null)
    {
        var model = new List<byte>();
        foreach (var (piece, score, kind) in pieces)
        {
            List<byte> message = [.. Field(1, Encoding.UTF8.GetBytes(piece)), 2 << 3 | 5];
            var single = new byte[4];
            BinaryPrimitives.WriteSingleLittleEndian(single, score);
            message.AddRange(single);
            message.AddRange(Number(3, kind));
            model.AddRange(Field(1, [.. message]));
        }
        model.AddRange(Field(2, [.. Number(3, type), .. Number(35, byteFallback ? 1 : 0)]));
        model.AddRange(Field(3, [.. characterMap is null ? [] : Field(2, characterMap), .. Number(3, dummyPrefix ? 1 : 0), .. Number(4, removeExtraSpaces ? 1 : 0), .. Number(5, 1)]));
        return [.. model];
    }

    /// <summary>A character map: a double-array trie in which the children of every node have 256 units of their own, then the replacements.</summary>
    public static byte[] Map(params (string From, string To)[] entries)
    {
        var (units, replacements) = (new List<uint>(new uint[512]), new List<byte>());
        void Point(int unit, int block, uint bits) => units[unit] = (uint)(unit ^ block) << 10 | bits;
        Point(0, 256, 0);
        foreach (var (from, to) in entries)
        {
            var (block, unit) = (256, 0);
            foreach (var b in Encoding.UTF8.GetBytes(from))
            {
                unit = block + b;
                if (units[unit] == 0)
                {
                    Point(unit, units.Count, b);
                    units.AddRange(new uint[256]);
                }
                block = unit ^ (int)(units[unit] >> 10);
            }
            units[unit] |= 0x100;
            units[block] = 0x80000000 | (uint)replacements.Count;
            replacements.AddRange([.. Encoding.UTF8.GetBytes(to), 0]);
        }
        var bytes = new byte[4 + 4 * units.Count + replacements.Count];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, 4 * units.Count);
        for (var i = 0; i < units.Count; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 + 4 * i), units[i]);
        replacements.CopyTo(bytes, 4 + 4 * units.Count);
        return bytes;
    }

    private static List<byte> Field(int number, byte[] content) => [.. Varint(number << 3 | 2), .. Varint(content.Length), .. content];

    private static List<byte> Number(int number, int value) => [.. Varint(number << 3), .. Varint(value)];

    private static List<byte> Varint(int value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value & 0x7F | 0x80));
        return [.. bytes, (byte)value];
    }
}
