using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Mimir.Numerics.Keystreams;

/// <summary>The counter blocks through the operating system's AES, for machines without AES instructions of a known kind.</summary>
internal sealed class PortableKeystream : Keystream
{
    private const int ChunkBytes = 4096;

    private readonly Aes _aes = Aes.Create();

    public PortableKeystream(ReadOnlySpan<byte> key) => _aes.SetKey(key);

    public override void Fill(ulong prefix, ulong counter, Span<byte> destination)
    {
        Span<byte> counters = stackalloc byte[ChunkBytes];
        while (destination.Length > 0)
        {
            Span<byte> chunk = destination[..Math.Min(ChunkBytes, destination.Length)];
            for (int i = 0; i < chunk.Length; i += 16)
            {
                BinaryPrimitives.WriteUInt64BigEndian(counters[i..], prefix);
                BinaryPrimitives.WriteUInt64BigEndian(counters[(i + 8)..], unchecked(counter++));
            }
            lock (_aes)
                _aes.EncryptEcb(counters[..chunk.Length], chunk, PaddingMode.None);
            destination = destination[chunk.Length..];
        }
    }

    public override void Rekey(ReadOnlySpan<byte> key)
    {
        if (key.Length * 8 != _aes.KeySize)
            throw new ArgumentException($"The new key has {key.Length} bytes; the first had {_aes.KeySize / 8}.", nameof(key));
        _aes.SetKey(key);
    }

    public override void Dispose() => _aes.Dispose();
}
