using CsCheck;

namespace Mimir.Numerics.Tests.Laws;

/// <summary>Generators of field elements with many extreme values, and properties over fixed seeds.</summary>
internal static class Elements
{
    private static readonly double[] Extremes =
        [0, 1, 2, 27, Field.P - 1, Field.P - 2, Field.Half, Field.Half - 1, 1L << 49, 1L << 25, (1L << 25) - 1, 1L << 24];

    /// <summary>Canonical elements, one in three extreme.</summary>
    public static readonly Gen<double> Any = Gen.Frequency(
        (2, (IGen<double>)Gen.Long[0, Field.Prime - 1].Select(v => (double)v)), (1, Gen.Int[0, Extremes.Length - 1].Select(i => Extremes[i])));

    /// <summary>Lengths on both sides of register widths.</summary>
    public static readonly Gen<int> Length = Gen.Frequency((3, (IGen<int>)Gen.Int[0, 40]), (1, Gen.Int[0, 600]));

    public static Gen<double[]> Vector(int length) => Any.Array[length];

    /// <summary>Runs the property on the same generated cases every time.</summary>
    public static void ForAll<T>(Gen<T> generator, Action<T> property, int cases = 200)
    {
        PCG random = new(77, 20260101UL);
        for (int i = 0; i < cases; i++)
            property(generator.Generate(random, null, out _));
    }

    public static double[] Draw(int length, ulong seed = 1) => Vector(length).Generate(new PCG(5, seed), null, out _);
}
