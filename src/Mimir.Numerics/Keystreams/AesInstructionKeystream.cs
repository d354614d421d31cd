using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using AesInstructions = System.Runtime.Intrinsics.X86.Aes;

namespace Mimir.Numerics.Keystreams;

/// <summary>The counter blocks through the AES instructions, eight in flight. Constant time.</summary>
internal sealed class AesInstructionKeystream : Keystream
{
    private const int InFlight = 8;

    // Pinned, so that the collector leaves no copies of the key behind.
    private readonly Vector128<byte>[] _schedule;

    public AesInstructionKeystream(ReadOnlySpan<byte> key)
    {
        _schedule = GC.AllocateArray<Vector128<byte>>(key.Length / 4 + 7, pinned: true);
        Expand(key, MemoryMarshal.Cast<Vector128<byte>, uint>(_schedule.AsSpan()));
    }

    public static bool IsSupported => AesInstructions.IsSupported && Ssse3.IsSupported;

    public override void Fill(ulong prefix, ulong counter, Span<byte> destination)
    {
        ref Vector128<byte> output = ref Unsafe.As<byte, Vector128<byte>>(ref MemoryMarshal.GetReference(destination));
        ref Vector128<byte> keys = ref MemoryMarshal.GetArrayDataReference(_schedule);
        nuint rounds = (nuint)_schedule.Length - 1;
        nuint blocks = (nuint)destination.Length / 16, i = 0;
        ulong upper = BinaryPrimitives.ReverseEndianness(prefix);
        unchecked
        {
            for (; i + InFlight <= blocks; i += InFlight)
                EightBlocks(upper, counter + i, ref keys, rounds, ref Unsafe.Add(ref output, i));
            for (; i < blocks; i++)
                Unsafe.WriteUnaligned(
                    ref Unsafe.As<Vector128<byte>, byte>(ref Unsafe.Add(ref output, i)), Block(upper, counter + i, ref keys, rounds));
        }
    }

    public override void Rekey(ReadOnlySpan<byte> key)
    {
        if (_schedule.Length != key.Length / 4 + 7 || key.Length % 4 != 0)
            throw new ArgumentException($"The new key has {key.Length} bytes; the first had {4 * (_schedule.Length - 7)}.", nameof(key));
        Expand(key, MemoryMarshal.Cast<Vector128<byte>, uint>(_schedule.AsSpan()));
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_schedule.AsSpan()));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightBlocks(
        ulong upper, ulong counter, ref Vector128<byte> keys, nuint rounds, ref Vector128<byte> output)
    {
        unchecked
        {
            Vector128<byte> key = keys;
            Vector128<byte> b0 = Counter(upper, counter) ^ key, b1 = Counter(upper, counter + 1) ^ key;
            Vector128<byte> b2 = Counter(upper, counter + 2) ^ key, b3 = Counter(upper, counter + 3) ^ key;
            Vector128<byte> b4 = Counter(upper, counter + 4) ^ key, b5 = Counter(upper, counter + 5) ^ key;
            Vector128<byte> b6 = Counter(upper, counter + 6) ^ key, b7 = Counter(upper, counter + 7) ^ key;
            for (nuint round = 1; round < rounds; round++)
            {
                key = Unsafe.Add(ref keys, round);
                b0 = AesInstructions.Encrypt(b0, key);
                b1 = AesInstructions.Encrypt(b1, key);
                b2 = AesInstructions.Encrypt(b2, key);
                b3 = AesInstructions.Encrypt(b3, key);
                b4 = AesInstructions.Encrypt(b4, key);
                b5 = AesInstructions.Encrypt(b5, key);
                b6 = AesInstructions.Encrypt(b6, key);
                b7 = AesInstructions.Encrypt(b7, key);
            }
            key = Unsafe.Add(ref keys, rounds);
            ref byte bytes = ref Unsafe.As<Vector128<byte>, byte>(ref output);
            AesInstructions.EncryptLast(b0, key).StoreUnsafe(ref bytes);
            AesInstructions.EncryptLast(b1, key).StoreUnsafe(ref bytes, 16);
            AesInstructions.EncryptLast(b2, key).StoreUnsafe(ref bytes, 32);
            AesInstructions.EncryptLast(b3, key).StoreUnsafe(ref bytes, 48);
            AesInstructions.EncryptLast(b4, key).StoreUnsafe(ref bytes, 64);
            AesInstructions.EncryptLast(b5, key).StoreUnsafe(ref bytes, 80);
            AesInstructions.EncryptLast(b6, key).StoreUnsafe(ref bytes, 96);
            AesInstructions.EncryptLast(b7, key).StoreUnsafe(ref bytes, 112);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector128<byte> Block(ulong upper, ulong counter, ref Vector128<byte> keys, nuint rounds)
    {
        Vector128<byte> block = Counter(upper, counter) ^ keys;
        for (nuint round = 1; round < rounds; round++)
            block = AesInstructions.Encrypt(block, Unsafe.Add(ref keys, round));
        return AesInstructions.EncryptLast(block, Unsafe.Add(ref keys, rounds));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Counter(ulong upper, ulong counter) =>
        Vector128.Create(upper, BinaryPrimitives.ReverseEndianness(counter)).AsByte();

    // FIPS 197, section 5.2, on little-endian words.
    private static void Expand(ReadOnlySpan<byte> key, Span<uint> words)
    {
        ReadOnlySpan<byte> constants = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36];
        int length = key.Length / 4;
        MemoryMarshal.Cast<byte, uint>(key).CopyTo(words);
        for (int i = length; i < words.Length; i++)
        {
            uint word = words[i - 1];
            if (i % length == 0)
                word = uint.RotateRight(Substitute(word), 8) ^ constants[i / length - 1];
            else if (length == 8 && i % length == 4)
                word = Substitute(word);
            words[i] = words[i - length] ^ word;
        }
    }

    private static uint Substitute(uint word) =>
        AesInstructions.KeygenAssist(Vector128.Create(0, word, 0, 0).AsByte(), 0).AsUInt32().ToScalar();
}
