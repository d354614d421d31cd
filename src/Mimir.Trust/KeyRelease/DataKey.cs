using System.Security.Cryptography;

namespace Mimir.Trust.KeyRelease;

/// <summary>
/// A 256-bit data key and its public name. The bytes lie in memory that the collector does not move, so that <see cref="Dispose"/>
/// leaves no copy of them.
/// </summary>
public sealed class DataKey : IDisposable
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 32;

    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Size, pinned: true);
    private bool _disposed;

    /// <summary>Copies <paramref name="bytes"/>; the caller zeroes its own.</summary>
    /// <param name="name">See <see cref="PeerName"/>; public, it stands in files and logs.</param>
    /// <param name="bytes">32 secret bytes.</param>
    /// <exception cref="ArgumentException">A bad name, or not 32 bytes.</exception>
    public DataKey(string name, ReadOnlySpan<byte> bytes)
    {
        Name = PeerName.Require(name);
        if (bytes.Length != Size) throw new ArgumentException($"A data key has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        bytes.CopyTo(_bytes);
    }

    /// <summary>Which key this is.</summary>
    public string Name { get; }

    /// <summary>The secret.</summary>
    /// <exception cref="ObjectDisposedException">It is zeroed.</exception>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    /// <summary>A fresh random key.</summary>
    public static DataKey Generate(string name)
    {
        var key = new DataKey(name, new byte[Size]);
        RandomNumberGenerator.Fill(key._bytes);
        return key;
    }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }
}
