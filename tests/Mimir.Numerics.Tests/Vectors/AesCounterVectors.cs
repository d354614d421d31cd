using System.Buffers.Binary;
using Mimir.Numerics.Keystreams;
using Xunit;

namespace Mimir.Numerics.Tests.Vectors;

/// <summary>Known answers of FIPS 197 and NIST SP 800-38A on both AES implementations.</summary>
public sealed class AesCounterVectors
{
    private const string Plaintext =
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";

    [Theory]
    [InlineData(true, "000102030405060708090a0b0c0d0e0f", "69c4e0d86a7b0430d8cdb78070b4c55a")]
    [InlineData(false, "000102030405060708090a0b0c0d0e0f", "69c4e0d86a7b0430d8cdb78070b4c55a")]
    [InlineData(true, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "8ea2b7ca516745bfeafc49904b496089")]
    [InlineData(false, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "8ea2b7ca516745bfeafc49904b496089")]
    public void Fips_197_appendix_C(bool instructions, string key, string expected)
    {
        using Keystream keystream = Create(instructions, key);
        byte[] block = new byte[16];
        keystream.Fill(0x0011223344556677, 0x8899aabbccddeeff, block);
        Assert.Equal(expected, Convert.ToHexStringLower(block));
    }

    // The counter block of byte position q in stream s is s, then 15·2^60 + q/16: here f0f1f2...feff.
    [Theory]
    [InlineData(true, "2b7e151628aed2a6abf7158809cf4f3c",
        "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee")]
    [InlineData(false, "2b7e151628aed2a6abf7158809cf4f3c",
        "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee")]
    [InlineData(true, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6")]
    [InlineData(false, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6")]
    public void Sp_800_38A_F5_counter_mode(bool instructions, string key, string expected)
    {
        using Prg prg = new(Create(instructions, key), 0xf0f1f2f3f4f5f6f7);
        byte[] bytes = new byte[64];
        prg.FillBytes(0x8f9fafbfcfdfeff0, bytes);
        byte[] plaintext = Convert.FromHexString(Plaintext);
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] ^= plaintext[i];
        Assert.Equal(expected, Convert.ToHexStringLower(bytes));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void Both_implementations_agree_on_any_number_of_blocks(int keyLength)
    {
        byte[] key = Enumerable.Range(1, keyLength).Select(i => (byte)(i * 37 % 256)).ToArray();
        using Keystream fast = Create(true, Convert.ToHexString(key));
        using Keystream portable = new PortableKeystream(key);
        for (int blocks = 0; blocks < 40; blocks++)
        {
            byte[] a = new byte[16 * blocks], b = new byte[16 * blocks];
            fast.Fill(3, ulong.MaxValue - 10, a);
            portable.Fill(3, ulong.MaxValue - 10, b);
            Assert.Equal(b, a);
        }
    }

    // The stream as documented, from single blocks: nothing here shares code with the generator.
    [Fact]
    public void Elements_are_the_documented_words_of_the_documented_blocks()
    {
        byte[] key = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
        using System.Security.Cryptography.Aes aes = System.Security.Cryptography.Aes.Create();
        aes.SetKey(key);
        using Prg prg = new(key, 42);
        double[] elements = new double[20];
        prg.Fill(7, elements);
        for (int i = 0; i < elements.Length; i++)
        {
            ulong position = (ulong)(7 + i);
            byte[] block = new byte[16];
            BinaryPrimitives.WriteUInt64BigEndian(block, 42);
            BinaryPrimitives.WriteUInt64BigEndian(block.AsSpan(8), position / 2);
            byte[] output = aes.EncryptEcb(block, System.Security.Cryptography.PaddingMode.None);
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(output.AsSpan((int)(position % 2) * 8)) % (1UL << 50);
            Assert.Equal(word, elements[i]);
        }
    }

    private static Keystream Create(bool instructions, string key)
    {
        Assert.SkipUnless(!instructions || AesInstructionKeystream.IsSupported, "This machine has no AES instructions.");
        byte[] bytes = Convert.FromHexString(key);
        return instructions ? new AesInstructionKeystream(bytes) : new PortableKeystream(bytes);
    }
}
