using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mimir.Spdz.PointFunctions;

/// <summary>The hash through the AES instructions, eight blocks in flight.</summary>
internal sealed class AesInstructionHash : PointHash
{
    private const int InFlight = 8;
    private const int Rounds = 10;
    private readonly Vector128<byte>[] _schedule = new Vector128<byte>[Rounds + 1];

    /// <summary>AES-128 under <paramref name="key"/>, which is public.</summary>
    public AesInstructionHash(ReadOnlySpan<byte> key) => Expand(key, MemoryMarshal.Cast<Vector128<byte>, uint>(_schedule.AsSpan()));

    public static bool IsSupported => Aes.IsSupported && Sse2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Hash(ReadOnlySpan<Vector128<byte>> x, ulong tweak, Span<Vector128<byte>> y)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, x.Length);
        unchecked
        {
            ref var source = ref MemoryMarshal.GetReference(x);
            ref var destination = ref MemoryMarshal.GetReference(y);
            ref var keys = ref MemoryMarshal.GetArrayDataReference(_schedule);
            var whitening = Vector128.Create(tweak, 0UL).AsByte() ^ keys;
            nuint length = (nuint)x.Length, i = 0;
            while (i < length)
            {
                // The last blocks are hashed together with some that were hashed before: eight take no longer than one.
                if (i + InFlight > length)
                {
                    if (length < InFlight) break;
                    i = length - InFlight;
                }
                ref var from = ref Unsafe.Add(ref source, i);
                ref var to = ref Unsafe.Add(ref destination, i);
                Vector128<byte> s0 = Sigma(from), s1 = Sigma(Unsafe.Add(ref from, 1)), s2 = Sigma(Unsafe.Add(ref from, 2));
                Vector128<byte> s3 = Sigma(Unsafe.Add(ref from, 3)), s4 = Sigma(Unsafe.Add(ref from, 4)), s5 = Sigma(Unsafe.Add(ref from, 5));
                Vector128<byte> s6 = Sigma(Unsafe.Add(ref from, 6)), s7 = Sigma(Unsafe.Add(ref from, 7));
                to = s0;
                Unsafe.Add(ref to, 1) = s1;
                Unsafe.Add(ref to, 2) = s2;
                Unsafe.Add(ref to, 3) = s3;
                Unsafe.Add(ref to, 4) = s4;
                Unsafe.Add(ref to, 5) = s5;
                Unsafe.Add(ref to, 6) = s6;
                Unsafe.Add(ref to, 7) = s7;
                s0 ^= whitening;
                s1 ^= whitening;
                s2 ^= whitening;
                s3 ^= whitening;
                s4 ^= whitening;
                s5 ^= whitening;
                s6 ^= whitening;
                s7 ^= whitening;
                for (nuint round = 1; round < Rounds; round++)
                {
                    var key = Unsafe.Add(ref keys, round);
                    s0 = Aes.Encrypt(s0, key);
                    s1 = Aes.Encrypt(s1, key);
                    s2 = Aes.Encrypt(s2, key);
                    s3 = Aes.Encrypt(s3, key);
                    s4 = Aes.Encrypt(s4, key);
                    s5 = Aes.Encrypt(s5, key);
                    s6 = Aes.Encrypt(s6, key);
                    s7 = Aes.Encrypt(s7, key);
                }
                var last = Unsafe.Add(ref keys, Rounds);
                // σ(x) joins through the last round key: EncryptLast xors it anyway.
                to = Aes.EncryptLast(s0, last ^ to);
                Unsafe.Add(ref to, 1) = Aes.EncryptLast(s1, last ^ Unsafe.Add(ref to, 1));
                Unsafe.Add(ref to, 2) = Aes.EncryptLast(s2, last ^ Unsafe.Add(ref to, 2));
                Unsafe.Add(ref to, 3) = Aes.EncryptLast(s3, last ^ Unsafe.Add(ref to, 3));
                Unsafe.Add(ref to, 4) = Aes.EncryptLast(s4, last ^ Unsafe.Add(ref to, 4));
                Unsafe.Add(ref to, 5) = Aes.EncryptLast(s5, last ^ Unsafe.Add(ref to, 5));
                Unsafe.Add(ref to, 6) = Aes.EncryptLast(s6, last ^ Unsafe.Add(ref to, 6));
                Unsafe.Add(ref to, 7) = Aes.EncryptLast(s7, last ^ Unsafe.Add(ref to, 7));
                i += InFlight;
            }
            for (; i < length; i++)
            {
                var sigma = Sigma(Unsafe.Add(ref source, i));
                var block = sigma ^ whitening;
                for (nuint round = 1; round < Rounds; round++) block = Aes.Encrypt(block, Unsafe.Add(ref keys, round));
                Unsafe.Add(ref destination, i) = Aes.EncryptLast(block, Unsafe.Add(ref keys, Rounds) ^ sigma);
            }
        }
    }

    // FIPS 197, section 5.2, on little-endian words.
    private static void Expand(ReadOnlySpan<byte> key, Span<uint> words)
    {
        ReadOnlySpan<byte> constants = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36];
        MemoryMarshal.Cast<byte, uint>(key).CopyTo(words);
        for (var i = 4; i < words.Length; i++)
        {
            var word = words[i - 1];
            if (i % 4 == 0) word = uint.RotateRight(Substitute(word), 8) ^ constants[i / 4 - 1];
            words[i] = words[i - 4] ^ word;
        }
    }

    private static uint Substitute(uint word) => Aes.KeygenAssist(Vector128.Create(0, word, 0, 0).AsByte(), 0).AsUInt32().ToScalar();
}
