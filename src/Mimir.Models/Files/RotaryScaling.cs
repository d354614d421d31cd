using Mimir.Models.Transformers;
using Mimir.Numerics;

namespace Mimir.Models.Files;

/// <summary>YaRN's parameters.</summary>
/// <param name="Factor">By how much the context was extended.</param>
/// <param name="Original">The context before.</param>
/// <param name="Fast">Pairs that turn more often than this in it stay as they are.</param>
/// <param name="Slow">Pairs that turn less often are stretched by the whole factor.</param>
/// <param name="Truncate">Whether the bounds are rounded to whole pairs.</param>
internal readonly record struct YarnParameters(double Factor, int Original, double Fast, double Slow, bool Truncate);

/// <summary>How models extend their context by other frequencies. Formulas: modeling_rope_utils.py of Hugging Face's transformers.</summary>
internal static class RotaryScaling
{
    /// <summary>base^(−2j/turned).</summary>
    public static RotaryTable Default(int headSize, int turned, double theta) => new(headSize, theta, RotaryTable.Plain(turned, theta), 1);

    /// <summary>All frequencies divided by the factor.</summary>
    public static RotaryTable Linear(int headSize, int turned, double theta, double factor) =>
        new(headSize, theta, Array.ConvertAll(RotaryTable.Plain(turned, theta), f => f / factor), 1);

    /// <summary>Llama 3.1: long waves stretched by the factor, short ones not, those between in between.</summary>
    public static RotaryTable Llama3(int headSize, int turned, double theta, double factor, double low, double high, int original) =>
        new(headSize, theta, Array.ConvertAll(RotaryTable.Plain(turned, theta), f =>
        {
            // Turns within the original context.
            var turns = original * f / (2 * Math.PI);
            if (turns < low) return f / factor;
            if (turns > high) return f;
            var smooth = (turns - low) / (high - low);
            return (1 - smooth) * f / factor + smooth * f;
        }), 1);

    /// <summary>YaRN (arXiv 2309.00071).</summary>
    public static RotaryTable Yarn(int headSize, int turned, double theta, YarnParameters yarn, double scale)
    {
        double Bound(double turns) => turned * Elementary.Log(yarn.Original / (turns * 2 * Math.PI)) / (2 * Elementary.Log(theta));
        var (low, high) = (Bound(yarn.Fast), Bound(yarn.Slow));
        if (yarn.Truncate) (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, turned - 1));
        if (low == high) high += 0.001;
        var frequencies = RotaryTable.Plain(turned, theta);
        for (var j = 0; j < frequencies.Length; j++)
        {
            var stretched = Math.Clamp((j - low) / (high - low), 0, 1);
            frequencies[j] = frequencies[j] / yarn.Factor * stretched + frequencies[j] * (1 - stretched);
        }
        return new RotaryTable(headSize, theta, frequencies, scale);
    }

    /// <summary>LongRoPE: a divisor for every frequency.</summary>
    public static RotaryTable Stretched(int headSize, double theta, double[] divisors, double scale) =>
        new(headSize, theta, [.. RotaryTable.Plain(2 * divisors.Length, theta).Zip(divisors, (f, d) => f / d)], scale);
}
