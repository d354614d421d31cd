using Mimir.Numerics.Kernels;
using Mimir.Numerics.Threads;
using Xunit;

namespace Mimir.Numerics.Tests.Laws;

/// <summary>16-bit matrices: every register width gives the exact product, and rounding keeps to its bound.</summary>
public sealed class RoundedMatrixLaws
{
    public static TheoryData<Path, int, int, int> Shapes
    {
        get
        {
            TheoryData<Path, int, int, int> shapes = [];
            foreach (Path path in Enum.GetValues<Path>())
                foreach ((int rows, int columns, int n) in new[]
                {
                    (1, 1, 1), (1, 0, 2), (0, 5, 2), (4, 8, 2), (5, 9, 2), (3, 769, 1), (6, 1025, 3), (2, 1031, 16), (9, 31, 5), (3, 8192, 2),
                    (3, 8193, 2), (2, 8193, 3), (8191, 9, 2), (8192, 3, 2), (8193, 17, 2), (8195, 5, 3), (50257, 2, 1), (2, 50257, 2),
                })
                    shapes.Add(path, rows, columns, n);
            return shapes;
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Products_are_exact(Path path, int rows, int columns, int n)
    {
        RoundedKernels kernels = Kernels(path);
        var stride = columns + 3;
        var w = Shorts(rows * stride);
        double[] xs = Elements.Draw(n * columns, 2), ts = Elements.Draw(n * rows, 3), actual = new double[n * rows], sums = new double[4 * columns];
        kernels.Multiply(w, rows, columns, stride, Limbs(kernels, xs, columns, n), n, actual, rows);
        for (var v = 0; v < n; v++)
            for (var r = 0; r < rows; r++)
                FieldLaws.AssertElement(Sum(c => w[r * stride + c] * (Int128)(long)xs[v * columns + c], columns), actual[v * rows + r]);

        actual = new double[n * columns];
        kernels.MultiplyTransposed(w, rows, columns, stride, Limbs(kernels, ts, rows, n), n, sums, actual, columns);
        for (var v = 0; v < n; v++)
            for (var c = 0; c < columns; c++)
                FieldLaws.AssertElement(Sum(r => w[r * stride + c] * (Int128)(long)ts[v * rows + r], rows), actual[v * columns + c]);
    }

    [Theory, EveryPath]
    public void The_largest_sums_stay_exact(Path path)
    {
        RoundedKernels kernels = Kernels(path);
        const int Terms = RoundedKernels.MaximumTerms + 1;
        foreach (var weight in (short[])[short.MinValue, short.MaxValue])
        {
            var w = Enumerable.Repeat(weight, Terms).ToArray();
            // 2^50 − 2^24 − 1: the largest pair of limbs there is.
            var x = Enumerable.Repeat((double)((1L << 50) - (1L << 24) - 1), Terms).ToArray();
            double[] across = new double[1], down = new double[1], sums = new double[4];
            kernels.Multiply(w, 1, Terms, Terms, Limbs(kernels, x, Terms, 1), 1, across, 1);
            kernels.MultiplyTransposed(w, Terms, 1, 1, Limbs(kernels, x, Terms, 1), 1, sums, down, 1);
            var expected = Field.Reduce((Int128)weight * (long)x[0] * Terms);
            Assert.Equal((expected, expected), (across[0], down[0]));
        }
    }

    [Theory]
    [InlineData(1.0 / 4096, 12)]
    [InlineData(0.4, 16)]
    [InlineData(0.5, 16)]
    [InlineData(3.0, 16)]
    [InlineData(70.0, 16)]
    [InlineData(4e9, 16)]
    public void Rounding_errs_by_at_most_half_of_the_last_place(double size, int fractionBits)
    {
        var random = new Random(7);
        var weights = Enumerable.Range(0, 257).Select(i => i == 3 ? size : (2 * random.NextDouble() - 1) * size).ToArray();
        var rounded = new short[weights.Length];
        var shift = RoundedMatrix.RoundRow(weights, fractionBits, rounded);
        var unit = Math.ScaleB(1, shift - fractionBits);
        for (var i = 0; i < weights.Length; i++) Assert.InRange(Math.Abs(rounded[i] * unit - weights[i]), 0, unit / 2);
        Assert.True(shift == 0 || unit / 2 <= size / short.MaxValue, $"shift {shift} for {size}");
        Assert.Equal(size < Math.ScaleB(1, 15 - fractionBits) - Math.ScaleB(1, -fractionBits), shift == 0);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(5e9)]
    public void What_does_not_fit_is_refused(double weight) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RoundedMatrix.RoundRow([0, weight], 16, new short[2]));

    [Theory]
    [InlineData(2, 1031, 513, 1)]
    [InlineData(3, 640, 333, 3)]
    public void Products_do_not_depend_on_the_number_of_threads(int threads, int rows, int columns, int n)
    {
        using var matrix = new RoundedMatrix(rows, columns);
        var w = Shorts(rows * columns);
        for (var row = 0; row < rows; row++) w.AsSpan(row * columns, columns).CopyTo(matrix.Row(row));
        double[] xs = Elements.Draw(n * columns, 1), ts = Elements.Draw(n * rows, 2);
        double[] across = Elements.Draw(n * rows, 3), down = Elements.Draw(n * columns, 4), expectedAcross = Elements.Draw(n * rows, 5), expectedDown = Elements.Draw(n * columns, 6);
        var sums = new double[4 * columns];
        var kernels = RoundedKernels.Best;
        using ThreadTeam one = new(1), team = new(threads);
        Assert.Equal(1, RoundedParts.Multiply(one, matrix, false, Limbs(kernels, xs, columns, n), n, default, expectedAcross));
        Assert.Equal(1, RoundedParts.Multiply(one, matrix, true, Limbs(kernels, ts, rows, n), n, sums, expectedDown));
        Assert.True(RoundedParts.Multiply(team, matrix, false, Limbs(kernels, xs, columns, n), n, default, across) > 1);
        Assert.True(RoundedParts.Multiply(team, matrix, true, Limbs(kernels, ts, rows, n), n, sums, down) > 1);
        Assert.Equal(expectedAcross, across);
        Assert.Equal(expectedDown, down);
    }

    /// <summary>The matrix with its shifts multiplies as the encoded real matrix does.</summary>
    [Theory]
    [InlineData(5, 40, 2)]
    [InlineData(70, 33, 3)]
    public void Shifts_belong_to_the_rows_in_both_directions(int rows, int columns, int n)
    {
        using var matrix = new RoundedMatrix(rows, columns);
        var w = Shorts(rows * columns);
        var shifts = Enumerable.Range(0, rows).Select(r => r % 2 == 0 ? 0 : r % (RoundedMatrix.MaximumShift + 1)).ToArray();
        for (var r = 0; r < rows; r++)
        {
            w.AsSpan(r * columns, columns).CopyTo(matrix.Row(r));
            matrix.SetShift(r, shifts[r]);
        }
        double[] xs = Elements.Draw(n * columns, 2), ts = Elements.Draw(n * rows, 3), across = new double[n * rows], down = new double[n * columns];
        matrix.Multiply(xs, n, across);
        matrix.MultiplyTransposed(ts, n, down);
        for (var v = 0; v < n; v++)
        {
            for (var r = 0; r < rows; r++)
                FieldLaws.AssertElement(Sum(c => w[r * columns + c] * ((Int128)(long)xs[v * columns + c] << shifts[r]), columns), across[v * rows + r]);
            for (var c = 0; c < columns; c++)
                FieldLaws.AssertElement(Sum(r => w[r * columns + c] * ((Int128)(long)ts[v * rows + r] << shifts[r]), rows), down[v * columns + c]);
        }
        Assert.Throws<ArgumentException>(() => matrix.Multiply(xs.AsSpan(1), n, across));
        Assert.Throws<ArgumentException>(() => matrix.MultiplyTransposed(ts, n, down.AsSpan(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.SetShift(0, RoundedMatrix.MaximumShift + 1));
    }

    private static double[] Limbs(RoundedKernels kernels, double[] xs, int length, int n)
    {
        var limbs = new double[2 * n * length];
        for (var v = 0; v < n; v++)
        {
            kernels.Split(xs.AsSpan(v * length, length), limbs.AsSpan(2 * v * length, length), limbs.AsSpan((2 * v + 1) * length, length));
            for (var i = 0; i < length; i++)
            {
                var (high, low) = (limbs[2 * v * length + i], limbs[(2 * v + 1) * length + i]);
                Assert.Equal(xs[v * length + i], high * (1 << 25) + low);
                Assert.True(high is >= 0 and <= 1 << 25 && Math.Abs(low) <= 1 << 24);
            }
        }
        return limbs;
    }

    private static short[] Shorts(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(i => i % 7 == 0 ? (i % 2 == 0 ? short.MinValue : short.MaxValue) : (short)random.Next(short.MinValue, short.MaxValue + 1))];
    }

    private static Int128 Sum(Func<int, Int128> term, int count)
    {
        Int128 sum = 0;
        for (var i = 0; i < count; i++) sum = (sum + term(i)) % Field.Prime;
        return sum < 0 ? sum + Field.Prime : sum;
    }

    private static RoundedKernels Kernels(Path path)
    {
        _ = path.Kernels();
        return path switch
        {
            Path.Scalar => RoundedKernels.Scalar,
            Path.Vector128 => RoundedKernels.Vector128Path,
            Path.Vector256 => RoundedKernels.Vector256Path,
            _ => RoundedKernels.Vector512Path,
        };
    }
}
