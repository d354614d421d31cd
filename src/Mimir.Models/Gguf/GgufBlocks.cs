using System.Buffers.Binary;

namespace Mimir.Models.Gguf;

/// <summary>Blocks of quantised weights to singles, in the same single-precision operations as ggml, so that results are equal to the last bit.</summary>
/// <remarks>Source: ggml, src/ggml-quants.c, dequantize_row_*; src/ggml-common.h, block_*.</remarks>
internal static class GgufBlocks
{
    /// <summary>Converts destination.Length elements, whole blocks.</summary>
    public static void ToSingle(GgufType type, ReadOnlySpan<byte> bytes, Span<float> destination)
    {
        var (size, count) = (type.BlockBytes(), type.BlockElements());
        for (var done = 0; done < destination.Length; done += count, bytes = bytes[size..])
        {
            var to = destination.Slice(done, count);
            switch (type)
            {
                case GgufType.F32: to[0] = BinaryPrimitives.ReadSingleLittleEndian(bytes); break;
                case GgufType.F16: to[0] = Half(bytes); break;
                case GgufType.BF16: to[0] = BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(bytes) << 16); break;
                case GgufType.Q80: Q80(bytes, to); break;
                case GgufType.Q40: Q40(bytes, to); break;
                case GgufType.Q4K: Q4K(bytes, to); break;
                case GgufType.Q6K: Q6K(bytes, to); break;
                default: throw new ArgumentOutOfRangeException(nameof(type), type, "not a type that Mimir reads");
            }
        }
    }

    private static float Half(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    /// <summary>d, 32 signed bytes.</summary>
    private static void Q80(ReadOnlySpan<byte> block, Span<float> to)
    {
        var d = Half(block);
        for (var i = 0; i < 32; i++) to[i] = unchecked((sbyte)block[2 + i]) * d;
    }

    /// <summary>d, 16 bytes: byte j holds element j low and j + 16 high.</summary>
    private static void Q40(ReadOnlySpan<byte> block, Span<float> to)
    {
        var d = Half(block);
        for (var i = 0; i < 16; i++)
        {
            to[i] = ((block[2 + i] & 15) - 8) * d;
            to[i + 16] = ((block[2 + i] >> 4) - 8) * d;
        }
    }

    /// <summary>d, m, 12 bytes of scales, 128 bytes: every 32 of them hold 32 elements low and the next 32 high.</summary>
    private static void Q4K(ReadOnlySpan<byte> block, Span<float> to)
    {
        float d = Half(block), m = Half(block[2..]);
        ReadOnlySpan<byte> scales = block.Slice(4, 12), q = block[16..];
        for (var group = 0; group < 8; group++)
        {
            var (scale, minimum) = ScaleAndMinimum(group, scales);
            float step = d * scale, low = m * minimum;
            for (var i = 0; i < 32; i++)
            {
                var pair = q[32 * (group / 2) + i];
                to[32 * group + i] = step * (group % 2 == 0 ? pair & 15 : pair >> 4) - low;
            }
        }
    }

    /// <summary>6-bit scale and minimum of a group; those of groups 4 to 7 have their upper two bits in the bytes of groups 0 to 3.</summary>
    private static (int Scale, int Minimum) ScaleAndMinimum(int group, ReadOnlySpan<byte> s) => group < 4
        ? (s[group] & 63, s[group + 4] & 63)
        : ((s[group + 4] & 15) | (s[group - 4] >> 6 << 4), (s[group + 4] >> 4) | (s[group] >> 6 << 4));

    /// <summary>For each half of 128 elements: 64 bytes of low bits, 32 of high bits, 8 scales; d at the end.</summary>
    private static void Q6K(ReadOnlySpan<byte> block, Span<float> to)
    {
        var d = Half(block[208..]);
        for (var half = 0; half < 2; half++)
        {
            ReadOnlySpan<byte> low = block.Slice(64 * half, 64), high = block.Slice(128 + 32 * half, 32), scales = block.Slice(192 + 8 * half, 8);
            for (var i = 0; i < 128; i++)
            {
                var quarter = i / 32;
                var pair = low[i % 64];
                var q = ((quarter < 2 ? pair & 15 : pair >> 4) | (high[i % 32] >> (2 * quarter) & 3) << 4) - 32;
                to[128 * half + i] = d * unchecked((sbyte)scales[i / 16]) * q;
            }
        }
    }
}
