namespace Mimir.Models.Tests.TestModels;

/// <summary>
/// Rounds weights to GGUF's block types in the plainest way (no search for better scales, as ggml does), written from the layouts in docs of ggml, and says how
/// far a weight may be off.
/// </summary>
public static class GgufQuantizer
{
    /// <summary>Number in the file, bytes, and the largest error that rounding can make.</summary>
    public static (uint Type, byte[] Bytes, double Error) Quantize(string type, double[] x) => type switch
    {
        "F32" => (0, [.. x.SelectMany(v => BitConverter.GetBytes((float)v))], 0),
        "F16" => (1, [.. x.SelectMany(v => BitConverter.GetBytes((Half)v))], 1e-3),
        "BF16" => (30, [.. x.SelectMany(v => BitConverter.GetBytes((float)v)[2..])], 1e-2),
        "Q8_0" => Blocks(8, 32, x, Q80),
        "Q4_0" => Blocks(2, 32, x, Q40),
        "Q4_K" => Blocks(12, 256, x, Q4K),
        "Q6_K" => Blocks(14, 256, x, Q6K),
        _ => throw new ArgumentException(type),
    };

    private static (uint Type, byte[] Bytes, double Error) Blocks(uint type, int size, double[] x, Func<double[], (byte[] Bytes, double Error)> block)
    {
        var blocks = x.Chunk(size).Select(block).ToArray();
        return (type, [.. blocks.SelectMany(b => b.Bytes)], blocks.Max(b => b.Error));
    }

    private static double Largest(IEnumerable<double> x) => x.Max(Math.Abs);

    private static byte[] Half(double d) => BitConverter.GetBytes((Half)d);

    // The scale itself is rounded to a half, 2^-11 of itself: hence a little more than half a step.
    private static (byte[] Bytes, double Error) Q80(double[] x)
    {
        var d = Largest(x) / 126;
        return ([.. Half(d), .. x.Select(v => unchecked((byte)(sbyte)Math.Round(v / d)))], 0.6 * d);
    }

    private static (byte[] Bytes, double Error) Q40(double[] x)
    {
        var d = Largest(x) / 7;
        int Q(double v) => (int)Math.Round(v / d) + 8;
        return ([.. Half(d), .. Enumerable.Range(0, 16).Select(i => (byte)(Q(x[i]) | Q(x[i + 16]) << 4))], 0.51 * d);
    }

    private static (byte[] Bytes, double Error) Q4K(double[] x)
    {
        // One scale for all groups but of another number for each, so that every one of the packed 6-bit places is in use.
        var largest = Largest(x);
        var scales = Enumerable.Range(0, 8).Select(g => 40 + 3 * g).ToArray();
        var minima = Enumerable.Range(0, 8).Select(g => 41 + 2 * g).ToArray();
        double d = 2 * largest / 15 / 38, m = largest / 40.5;
        int Q(int i) => (int)Math.Clamp(Math.Round((x[i] + m * minima[i / 32]) / (d * scales[i / 32])), 0, 15);
        var packed = new byte[12];
        for (var g = 0; g < 4; g++)
        {
            packed[g] = unchecked((byte)(scales[g] | scales[g + 4] >> 4 << 6));
            packed[g + 4] = unchecked((byte)(minima[g] | minima[g + 4] >> 4 << 6));
            packed[g + 8] = (byte)((scales[g + 4] & 15) | (minima[g + 4] & 15) << 4);
        }
        var q = Enumerable.Range(0, 128).Select(b => (byte)(Q(b / 32 * 64 + b % 32) | Q(b / 32 * 64 + 32 + b % 32) << 4));
        return ([.. Half(d), .. Half(m), .. packed, .. q], 0.6 * d * scales.Max());
    }

    private static (byte[] Bytes, double Error) Q6K(double[] x)
    {
        var scales = Enumerable.Range(0, 16).Select(g => g % 2 == 0 ? 100 - g : -100 + g).ToArray();
        var d = Largest(x) / 31 / 80;
        int Q(int i) => (int)Math.Clamp(Math.Round(x[i] / (d * scales[i / 16])), -32, 31) + 32;
        byte[] low = new byte[128], high = new byte[64];
        for (var i = 0; i < 256; i++)
        {
            var (half, quarter, place) = (i / 128, i / 32 % 4, i % 32);
            low[64 * half + i % 64] |= (byte)((Q(i) & 15) << (quarter < 2 ? 0 : 4));
            high[32 * half + place] |= (byte)(Q(i) >> 4 << 2 * quarter);
        }
        return ([.. low, .. high, .. scales.Select(s => unchecked((byte)(sbyte)s)), .. Half(d)], 0.6 * d * 100);
    }
}
