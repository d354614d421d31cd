using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Mimir.Spdz.PointFunctions;

/// <summary>The hash through the operating system's AES, for machines without AES instructions of a known kind.</summary>
internal sealed class PortableHash : PointHash
{
    private const int ChunkBlocks = 256;
    private readonly Aes _aes = Aes.Create();

    /// <summary>AES-128 under <paramref name="key"/>, which is public.</summary>
    public PortableHash(ReadOnlySpan<byte> key) => _aes.SetKey(key);

    public override void Hash(ReadOnlySpan<Vector128<byte>> x, ulong tweak, Span<Vector128<byte>> y)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, x.Length);
        var whitening = Vector128.Create(tweak, 0UL).AsByte();
        Span<Vector128<byte>> plain = stackalloc Vector128<byte>[ChunkBlocks];
        for (var at = 0; at < x.Length; at += ChunkBlocks)
        {
            var part = x[at..Math.Min(at + ChunkBlocks, x.Length)];
            var result = y.Slice(at, part.Length);
            for (var i = 0; i < part.Length; i++) plain[i] = Sigma(part[i]) ^ whitening;
            lock (_aes) _aes.EncryptEcb(MemoryMarshal.AsBytes(plain[..part.Length]), MemoryMarshal.AsBytes(result), PaddingMode.None);
            for (var i = 0; i < part.Length; i++) result[i] ^= Sigma(part[i]);
        }
        plain.Clear();
    }
}
