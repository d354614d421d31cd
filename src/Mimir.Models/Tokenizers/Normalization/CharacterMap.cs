using System.Buffers.Binary;
using System.Text;

namespace Mimir.Models.Tokenizers.Normalization;

/// <summary>
/// SentencePiece's precompiled_charsmap: a double-array trie (darts-clone) from UTF-8 to replacements. At every place the longest entry
/// is replaced, as SentencePiece does; a character without an entry stays. Layout: u32 size of the trie in bytes, the trie's u32 units, then the
/// replacements, each ended by a zero byte; everything little-endian.
/// </summary>
internal sealed class CharacterMap
{
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    /// <exception cref="FormatException">Not such a map.</exception>
    public CharacterMap(ReadOnlySpan<byte> map)
    {
        if (map.Length < 8) throw new FormatException("too short");
        var size = BinaryPrimitives.ReadUInt32LittleEndian(map);
        if (size > map.Length - 4 || size % 4 != 0 || size == 0) throw new FormatException("the trie is longer than the map");
        _units = new uint[size / 4];
        for (var i = 0; i < _units.Length; i++) _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[(4 + 4 * i)..]);
        _replacements = map[(4 + (int)size)..].ToArray();
        if (_replacements.Length == 0 || _replacements[^1] != 0) throw new FormatException("the replacements do not end");
    }

    /// <summary><paramref name="text"/> with every entry replaced.</summary>
    public string Apply(string text)
    {
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(text);
        using var output = new MemoryStream(input.Length);
        while (!input.IsEmpty)
        {
            var (length, at) = Longest(input);
            if (length == 0)
            {
                Rune.DecodeFromUtf8(input, out _, out length);
                output.Write(input[..length]);
            }
            else output.Write(_replacements.AsSpan(at, _replacements.AsSpan(at).IndexOf((byte)0)));
            input = input[length..];
        }
        return Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length);
    }

    // Bits of a unit, as in darts-clone: 31 is set for a value, which the others are; else 0–7 are the label, 8 says that a value follows,
    // 9 that the offset is in steps of 256, and 10–30 are the offset. A hostile trie may lead out of its units: nothing is there.
    private (int Length, int At) Longest(ReadOnlySpan<byte> input)
    {
        var found = (Length: 0, At: 0);
        uint position = Offset(_units[0]);
        for (var i = 0; i < input.Length && input[i] != 0; i++)
        {
            position ^= input[i];
            if (position >= _units.Length) break;
            var unit = _units[position];
            if ((unit & 0x800000FF) != input[i]) break;
            position ^= Offset(unit);
            if ((unit & 0x100) == 0) continue;
            if (position >= _units.Length) break;
            var value = _units[position] & 0x7FFFFFFF;
            if (value < _replacements.Length) found = (i + 1, (int)value);
        }
        return found;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
