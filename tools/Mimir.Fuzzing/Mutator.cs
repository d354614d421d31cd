using System.Buffers.Binary;
using System.Text;

namespace Mimir.Fuzzing;

/// <summary>Changes inputs as parsers hate it: bits, lengths, borders, repetitions, and pieces of other inputs.</summary>
internal sealed class Mutator(Random random)
{
    private const int Longest = 1 << 16;
    private static readonly uint[] Interesting = [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF];

    private static readonly string[] Words =
    [
        "null", "-1", "1e999", "[]", "{}", "\"\"", "true", "99999999999999999999", "2147483647", "-2147483648", "0.0",
        "\\ud800", "\u2581", "[[[[[[[[", ",", ":", "\"", "}", "\n", " ", "(a+)+$", "=", "-----", "/", "'",
    ];

    /// <summary>One to eight changes of <paramref name="input"/>.</summary>
    public byte[] Mutate(byte[] input, Func<byte[]> other)
    {
        var bytes = input.ToList();
        for (var changes = 1 << random.Next(4); changes > 0; changes--) Change(bytes, other);
        return [.. bytes.Take(Longest)];
    }

    private void Change(List<byte> bytes, Func<byte[]> other)
    {
        if (bytes.Count == 0)
        {
            bytes.AddRange(Noise(1 + random.Next(64)));
            return;
        }

        var at = random.Next(bytes.Count);
        var count = Math.Min(bytes.Count - at, 1 + random.Next(1 << random.Next(9)));
        switch (random.Next(11))
        {
            case 0 or 1:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                bytes[at] = (byte)random.Next(256);
                break;
            case 3:
                Overwrite(bytes, at, Number());
                break;
            case 4:
                bytes.RemoveRange(at, count);
                break;
            case 5:
                bytes.InsertRange(at, Noise(count));
                break;
            case 6:
                bytes.InsertRange(at, bytes.GetRange(at, count));
                break;
            case 7:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 8:
                var word = Encoding.UTF8.GetBytes(Words[random.Next(Words.Length)]);
                if (random.Next(2) == 0) bytes.RemoveRange(at, count);
                bytes.InsertRange(at, word);
                break;
            case 9:
                Splice(bytes, at, other());
                break;
            default:
                Overwrite(bytes, at, [.. Enumerable.Repeat((byte)(random.Next(2) == 0 ? 0 : random.Next(256)), count)]);
                break;
        }
    }

    private byte[] Number()
    {
        var number = new byte[4];
        var value = Interesting[random.Next(Interesting.Length)];
        if (random.Next(2) == 0) BinaryPrimitives.WriteUInt32BigEndian(number, value);
        else BinaryPrimitives.WriteUInt32LittleEndian(number, value);
        return random.Next(3) switch { 0 => number, 1 => number[..2], _ => number[2..] };
    }

    private void Splice(List<byte> bytes, int at, byte[] other)
    {
        if (other.Length == 0) return;
        var from = random.Next(other.Length);
        var piece = other[from..Math.Min(other.Length, from + 1 + random.Next(512))];
        if (random.Next(2) == 0) bytes.InsertRange(at, piece);
        else Overwrite(bytes, at, piece);
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] with)
    {
        for (var i = 0; i < with.Length && at + i < bytes.Count; i++) bytes[at + i] = with[i];
    }

    private byte[] Noise(int count)
    {
        var noise = new byte[count];
        random.NextBytes(noise);
        return noise;
    }
}
