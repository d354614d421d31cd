using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Mimir.Trust.KeyRelease.Threshold;

/// <summary>One holder's share of a secret. <see cref="Dispose"/> zeroes it.</summary>
public sealed class KeyShare : IDisposable
{
    private readonly byte[] _bytes;

    /// <summary>Takes ownership of <paramref name="bytes"/>.</summary>
    internal KeyShare(string keyName, byte index, byte[] bytes) => (KeyName, Index, _bytes) = (keyName, index, bytes);

    /// <summary>Which key it is a share of.</summary>
    public string KeyName { get; }

    /// <summary>Its number, 1 to n.</summary>
    public byte Index { get; }

    /// <summary>The secret.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    internal byte[] Raw => _bytes;

    /// <summary>SHA-256("mimir key share v1" ‖ name length, name ‖ index ‖ length (4) ‖ share): says nothing, since a share is uniform, and fits no other.</summary>
    internal byte[] Commitment()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, _bytes.Length);
        hash.AppendData("mimir key share v1"u8);
        hash.AppendData([(byte)KeyName.Length, .. Encoding.ASCII.GetBytes(KeyName), Index, .. length]);
        hash.AppendData(_bytes);
        return hash.GetHashAndReset();
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);
}
