using Mimir.Numerics;
using Mimir.Spdz.Gadgets;

namespace Mimir.Spdz.Tests.Laws;

/// <summary>The arithmetic of the masked spline in the clear, with a given mask: the same tables and combinations that parties use.</summary>
internal static class PlainSpline
{
    /// <summary>f(x) for x in units of the input's last place, masked by <paramref name="mask"/>.</summary>
    public static double Evaluate(SplineFunction function, long x, long mask)
    {
        var c = (long)Field.Add(Field.Reduce(x), mask);
        var result = function.Points ? Points(function, c, mask) : Tables(function, c, mask);
        return Math.ScaleB(Field.ToSigned(result), -function.OutputBits);
    }

    /// <summary>The one node that the mask lies in, level by level, until one answers.</summary>
    private static double Points(SplineFunction function, long c, long mask)
    {
        var (first, count) = (0L, 1L << (function.DomainBits - function.Levels[^1].WidthBits));
        for (var l = function.Levels.Count - 1; ; l--)
        {
            var (level, kernel) = (function.Levels[l], function.Kernels[l]);
            var node = (mask >> level.WidthBits) & ((1L << (function.DomainBits - level.WidthBits)) - 1);
            var index = (int)((node - first) & ((1L << (function.DomainBits - level.WidthBits)) - 1));
            Assert.InRange(index, 0, count - 1);
            var (piece, place) = SplinePoints.FirstPiece(function, l, c);
            var answers = l == function.Levels.Count - 1 ? (piece - index) & (level.Pieces - 1) : piece - index;
            if (l > 0 && answers >= level.InnerFirst && answers <= level.InnerLast)
            {
                // The inner nodes begin with the one of piece InnerLast.
                var children = level.WidthBits - function.Levels[l - 1].WidthBits;
                (first, count) = ((node - (level.InnerLast - answers)) << children, (long)level.InnerCount << children);
                continue;
            }
            Assert.InRange(answers, 0, level.Pieces - 1);
            var stride = SplineKernel.Stride((int)count);
            var (combination, entries) = (new double[stride * level.Planes.Count], new double[level.Planes.Count]);
            kernel.Combination(piece, place, (int)count, stride, combination);
            kernel.Entries(mask, entries);
            var value = 0.0;
            for (var plane = 0; plane < entries.Length; plane++)
                value = Field.Add(value, Field.Multiply(combination[plane * stride + index], entries[plane]));
            return value;
        }
    }

    private static double Tables(SplineFunction function, long c, long mask)
    {
        var result = 0.0;
        for (var l = 0; l < function.Levels.Count; l++)
        {
            var (level, kernel) = (function.Levels[l], function.Kernels[l]);
            var (table, combination) = (new double[level.TableLength], new double[level.TableLength]);
            kernel.Table(mask, table);
            kernel.Combination(c, combination);
            var value = FieldVector.Dot(combination, table);
            if (l == 0)
            {
                result = value;
                continue;
            }
            var selector = new double[level.Pieces];
            kernel.Inner(c, selector);
            var inner = FieldVector.Dot(selector, table.AsSpan(0, level.Pieces));
            Assert.True(inner is 0 or 1);
            result = inner == 1 ? result : value;
        }
        return result;
    }

    /// <summary>Largest |f(x) − expected(x)|·weight(x) over a grid of [low, high] and the points beside every segment border.</summary>
    public static (double Error, double At) Sweep(
        SplineFunction function, int fractionBits, double low, double high, Func<double, double> expected, Func<double, double> weight, Random random,
        bool wrapping)
    {
        var points = new List<long>();
        var (first, last) = ((long)Math.Ceiling(Math.ScaleB(low, fractionBits)), (long)Math.Floor(Math.ScaleB(high, fractionBits)));
        for (var i = 0; i <= 700; i++) points.Add(first + (long)((last - first) * (i / 700.0)));
        foreach (var level in function.Levels)
            for (var j = 0; j < level.Pieces; j += Math.Max(1, level.Pieces / 128))
                foreach (var beside in (int[])[-1, 0, 1]) points.Add(level.Low + ((long)j << level.WidthBits) + beside);
        foreach (var level in function.Levels.Skip(1))
            for (var j = level.InnerFirst - 2; j <= level.InnerLast + 2; j++)
                for (var k = -3; k <= 3; k++) points.Add(level.Low + ((long)j << level.WidthBits) + k);
        var worst = (Error: 0.0, At: 0.0);
        foreach (var point in points)
        {
            if (point < first || point > last) continue;
            // x + R inside [0, p), at random and close to both ends; or beyond an end, where it wraps.
            var (least, most) = (Math.Max(0, -point), Field.Prime - 1 - Math.Max(0, point));
            if (wrapping && point == 0) continue;
            var mask = wrapping
                ? point > 0 ? most + 1 + random.NextInt64(point) : random.NextInt64(-point)
                : random.Next(8) switch
                {
                    0 => most - random.Next(1 << 20),
                    1 => least + random.Next(1 << 20),
                    _ => random.NextInt64(least, most + 1),
                };
            var x = Math.ScaleB(point, -fractionBits);
            var error = Math.Abs(Evaluate(function, point, mask) - expected(x)) * weight(x);
            if (error > worst.Error) worst = (error, x);
        }
        return worst;
    }

    /// <summary>Largest and root mean square error over random inputs of [low, high] under random masks.</summary>
    public static (double Largest, double Rms) Sample(
        SplineFunction function, int fractionBits, double low, double high, Func<double, double> expected, Random random, int count)
    {
        var (largest, squares) = (0.0, 0.0);
        for (var i = 0; i < count; i++)
        {
            var point = (long)Math.ScaleB(low + (high - low) * random.NextDouble(), fractionBits);
            var error = Math.Abs(Evaluate(function, point, random.NextInt64(1L << 48, Field.Prime - (1L << 48))) - expected(Math.ScaleB(point, -fractionBits)));
            largest = Math.Max(largest, error);
            squares += error * error;
        }
        return (largest, Math.Sqrt(squares / count));
    }
}
