using System.Buffers.Binary;
using System.Text;
using Mimir.Models.Files;

namespace Mimir.Models.Gguf;

/// <summary>
/// Reads a GGUF file's numbers and texts from front to back. Nothing is allocated before the file is known to hold as many bytes.
/// </summary>
internal sealed class GgufReader(IWeightBytes bytes, string path)
{
    /// <summary>Most bytes of metadata and tensor descriptions: the largest vocabularies in use take a tenth of it.</summary>
    public const long Limit = 256L << 20;

    private const int BufferBytes = 1 << 16;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly byte[] _buffer = new byte[Math.Min(BufferBytes, Math.Max(1, bytes.Length))];
    private readonly long _end = Math.Min(bytes.Length, Limit);
    private int _at, _filled;
    private long _next;

    /// <summary>Bytes read so far.</summary>
    public long Position => _next - _filled + _at;

    /// <summary>Bytes that may still be read.</summary>
    public long Rest => _end - Position;

    /// <summary>An unsigned 32-bit number.</summary>
    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>A 64-bit number that counts something: it must fit a signed one.</summary>
    public long Count(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(8)) is var n && n <= long.MaxValue ? (long)n : throw Error($"{what} of {n} is too large");

    /// <summary><paramref name="count"/> ≤ 8 bytes.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (_filled - _at < count) Fill(count);
        _at += count;
        return _buffer.AsSpan(_at - count, count);
    }

    /// <summary>A length and as many bytes of UTF-8.</summary>
    public string Text(string what)
    {
        var length = Count($"the length of {what}");
        Require(length, 1, what);
        var utf8 = new byte[length];
        for (var done = 0; done < utf8.Length;)
        {
            if (_at == _filled) Fill(1);
            var part = Math.Min(_filled - _at, utf8.Length - done);
            _buffer.AsSpan(_at, part).CopyTo(utf8.AsSpan(done));
            (_at, done) = (_at + part, done + part);
        }
        try
        {
            return Strict.GetString(utf8);
        }
        catch (DecoderFallbackException e)
        {
            throw new ModelFormatException(path, $"{what} is not valid UTF-8; download it again", e);
        }
    }

    /// <summary>Requires room for <paramref name="count"/> items of at least <paramref name="size"/> bytes.</summary>
    public void Require(long count, int size, string what)
    {
        if (count > Rest / size) throw Error($"{what} says it has {count} items of at least {size} bytes, but {Rest} bytes are left; the file is truncated or damaged");
    }

    /// <summary>An error about this file.</summary>
    public ModelFormatException Error(string problem) => new(path, problem);

    private void Fill(int least)
    {
        if (Rest < least)
            throw Error(bytes.Length > Limit ? $"more than {Limit} bytes of metadata; not a model" : "ends in the middle of its metadata; it is truncated, download it again");
        var kept = _filled - _at;
        _buffer.AsSpan(_at, kept).CopyTo(_buffer);
        var more = (int)Math.Min(_buffer.Length - kept, _end - _next);
        if (!bytes.TryRead(_next, _buffer.AsSpan(kept, more))) throw Error("changed while it was read");
        (_at, _filled, _next) = (0, kept + more, _next + more);
    }
}
