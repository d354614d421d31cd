namespace Mimir.Numerics.Keystreams;

/// <summary>AES applied to consecutive counter blocks (8 bytes prefix, 8 bytes counter, both big-endian).</summary>
internal abstract class Keystream : IDisposable
{
    /// <summary>The fastest implementation of this machine.</summary>
    /// <exception cref="ArgumentException">The key is not 16 or 32 bytes.</exception>
    public static Keystream Create(ReadOnlySpan<byte> key)
    {
        if (key.Length is not (16 or 32))
            throw new ArgumentException($"An AES key of 16 or 32 bytes is needed; this one has {key.Length}.", nameof(key));
        return AesInstructionKeystream.IsSupported ? new AesInstructionKeystream(key) : new PortableKeystream(key);
    }

    /// <summary>AES of blocks (prefix, counter), (prefix, counter + 1), ... The destination holds whole blocks.</summary>
    public abstract void Fill(ulong prefix, ulong counter, Span<byte> destination);

    /// <summary>Replaces the key by one of the same length.</summary>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public abstract void Rekey(ReadOnlySpan<byte> key);

    /// <summary>Zeroes the key.</summary>
    public abstract void Dispose();
}
