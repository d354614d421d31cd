using Mimir.Numerics;

namespace Mimir.Spdz.Tests.Simulation;

/// <summary>Integers as field elements and back.</summary>
internal static class Elements
{
    public static double[] Of(params ReadOnlySpan<long> values)
    {
        var result = new double[values.Length];
        for (var i = 0; i < result.Length; i++) result[i] = Field.Reduce(values[i]);
        return result;
    }

    public static long[] Signed(double[] elements) => Array.ConvertAll(elements, Field.ToSigned);
}
