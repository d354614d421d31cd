using Mimir.Numerics.Kernels;
using Mimir.Numerics.Simd;
using Mimir.Numerics.Threads;
using Xunit;
using static Mimir.Numerics.Tests.Laws.Elements;

namespace Mimir.Numerics.Tests.Laws;

/// <summary>A packed matrix multiplies as the same matrix of doubles does, for every register width.</summary>
public sealed class PackedMatrixLaws
{
    public static TheoryData<Path, int, int, int> Shapes
    {
        get
        {
            TheoryData<Path, int, int, int> shapes = [];
            foreach (Path path in Enum.GetValues<Path>())
                foreach ((int rows, int columns, int n) in new[]
                {
                    (1, 1, 1), (0, 5, 1), (5, 0, 2), (4, 8, 1), (5, 9, 2), (3, 769, 1), (6, 513, 3), (2, 1031, 16), (3, 4095, 1), (2, 4097, 1), (3, 8201, 1),
                    (4099, 17, 1), (50257, 3, 1), (300, 1003, 3), (5, 2051, 1), (2, 50257, 2), (70, 801, 8),
                })
                    shapes.Add(path, rows, columns, n);
            return shapes;
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Products_are_those_of_the_matrix_of_doubles(Path path, int rows, int columns, int n)
    {
        (PackedKernels kernels, FieldKernels several) = (Kernels(path), path.Kernels());
        using PackedMatrix matrix = Fill(rows, columns, out double[] w);
        double[] xs = Draw(n * columns, 2), ts = Draw(n * rows, 3);
        double[] across = Draw(n * rows, 4), down = Draw(n * columns, 5), expectedAcross = Draw(n * rows, 6), expectedDown = Draw(n * columns, 7);
        using ThreadTeam team = new(1);
        PackedParts.Multiply(team, kernels, several, matrix, false, xs, n, across);
        PackedParts.Multiply(team, kernels, several, matrix, true, ts, n, down);
        FieldKernels.Scalar.MultiplyMatrix(w, rows, columns, columns, xs, n, expectedAcross, rows);
        FieldKernels.Scalar.MultiplyTransposedMatrix(w, rows, columns, columns, ts, n, expectedDown, columns);
        Assert.Equal(expectedAcross, across);
        Assert.Equal(expectedDown, down);
    }

    /// <summary>Several shapes are large enough to be divided, and none into equal parts.</summary>
    [Theory]
    [InlineData(2, 1031, 513, 1)]
    [InlineData(3, 777, 1001, 1)]
    [InlineData(3, 640, 333, 7)]
    [InlineData(4, 70, 4099, 3)]
    public void Products_do_not_depend_on_the_number_of_threads(int threads, int rows, int columns, int n)
    {
        using PackedMatrix matrix = Fill(rows, columns, out double[] w);
        double[] xs = Draw(n * columns, 2), ts = Draw(n * rows, 3);
        double[] across = Draw(n * rows, 4), down = Draw(n * columns, 5), expectedAcross = Draw(n * rows, 6), expectedDown = Draw(n * columns, 7);
        FieldKernels.Scalar.MultiplyMatrix(w, rows, columns, columns, xs, n, expectedAcross, rows);
        FieldKernels.Scalar.MultiplyTransposedMatrix(w, rows, columns, columns, ts, n, expectedDown, columns);
        using ThreadTeam team = new(threads);
        Assert.True(PackedParts.Multiply(team, PackedKernels.Best, FieldKernels.Best, matrix, false, xs, n, across) > 1);
        Assert.True(PackedParts.Multiply(team, PackedKernels.Best, FieldKernels.Best, matrix, true, ts, n, down) > 1);
        Assert.Equal(expectedAcross, across);
        Assert.Equal(expectedDown, down);
    }

    [Theory, EveryPath]
    public void The_largest_sums_do_not_overflow(Path path)
    {
        PackedKernels kernels = Kernels(path);
        const int Terms = 8193;
        double[] largest = Enumerable.Repeat(Field.P - 1, Terms).ToArray(), sums = new double[5];
        using PackedMatrix wide = new(5, Terms), tall = new(Terms, 5);
        for (int row = 0; row < 5; row++) wide.SetRow(row, largest);
        for (int row = 0; row < Terms; row++) tall.SetRow(row, largest.AsSpan(0, 5));
        kernels.Multiply(ref wide.Start(0), 5, Terms, wide.StrideBytes, largest, sums);
        Assert.All(sums, s => Assert.Equal(Terms, s));
        kernels.MultiplyTransposed(ref tall.Start(0), Terms, 5, tall.StrideBytes, largest, sums);
        Assert.All(sums, s => Assert.Equal(Terms, s));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(769)]
    public void Rows_come_back_as_they_were_set(int columns)
    {
        using PackedMatrix matrix = Fill(3, columns, out double[] w);
        double[] row = new double[columns];
        for (int r = 0; r < 3; r++)
        {
            matrix.GetRow(r, row);
            Assert.Equal(w.AsSpan(r * columns, columns).ToArray(), row);
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        using PackedMatrix matrix = new(3, 9);
        double[] shared = new double[12];
        Assert.Throws<ArgumentException>(() => matrix.Multiply(new double[8], 1, new double[3]));
        Assert.Throws<ArgumentException>(() => matrix.Multiply(new double[9], 2, new double[6]));
        Assert.Throws<ArgumentException>(() => matrix.MultiplyTransposed(new double[3], 1, new double[8]));
        Assert.Throws<ArgumentException>(() => matrix.Multiply(shared.AsSpan(0, 9), 1, shared.AsSpan(7, 3)));
        Assert.Throws<ArgumentException>(() => matrix.SetRow(0, new double[8]));
        Assert.Throws<ArgumentException>(() => matrix.GetRow(0, new double[10]));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.SetRow(3, new double[9]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PackedMatrix(-1, 9));
    }

    [Fact]
    public void Steady_state_allocates_nothing()
    {
        using PackedMatrix matrix = Fill(70, 90, out _);
        double[] xs = Draw(3 * 90, 2), ts = Draw(3 * 70, 3), across = new double[3 * 70], down = new double[3 * 90];
        Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Run()
        {
            matrix.Multiply(xs.AsSpan(0, 90), 1, across.AsSpan(0, 70));
            matrix.MultiplyTransposed(ts.AsSpan(0, 70), 1, down.AsSpan(0, 90));
            matrix.Multiply(xs, 3, across);
            matrix.MultiplyTransposed(ts, 3, down);
        }
    }

    private static PackedMatrix Fill(int rows, int columns, out double[] w)
    {
        w = Draw(rows * columns, 1);
        PackedMatrix matrix = new(rows, columns);
        for (int row = 0; row < rows; row++) matrix.SetRow(row, w.AsSpan(row * columns, columns));
        return matrix;
    }

    private static PackedKernels Kernels(Path path)
    {
        _ = path.Kernels();
        Assert.SkipUnless(path != Path.Vector512 || Packed512.IsSupported, "This machine has no permutations of bytes in 512-bit registers.");
        return path switch
        {
            Path.Scalar => PackedKernels.Scalar,
            Path.Vector128 => PackedKernels.Vector128Path,
            Path.Vector256 => PackedKernels.Vector256Path,
            _ => PackedKernels.Vector512Path,
        };
    }
}
