using Mimir.Numerics.Kernels;
using Mimir.Numerics.Threads;
using Xunit;
using static Mimir.Numerics.Tests.Laws.Elements;

namespace Mimir.Numerics.Tests.Laws;

public sealed class FieldMatrixLaws
{
    public static TheoryData<Path, int, int, int> Shapes
    {
        get
        {
            TheoryData<Path, int, int, int> shapes = [];
            foreach (Path path in Enum.GetValues<Path>())
                foreach ((int rows, int columns, int n) in new[]
                {
                    (1, 1, 1), (1, 0, 2), (0, 5, 2), (4, 8, 1), (5, 9, 2), (3, 769, 1), (6, 513, 3), (2, 1031, 16), (9, 31, 5),
                    (3, 4095, 1), (2, 4096, 2), (3, 4097, 1), (2, 8193, 2), (4095, 9, 1), (4096, 3, 2), (4099, 17, 2), (50257, 2, 1),
                    (5, 2049, 1), (2, 50257, 1), (70, 801, 8), (131, 1553, 9), (70, 40, 17), (21, 520, 33), (50, 1000, 34),
                })
                    shapes.Add(path, rows, columns, n);
            return shapes;
        }
    }

    /// <summary>Several shapes are large enough to be divided, and none into equal parts.</summary>
    [Theory]
    [InlineData(2, 1031, 513, 1)]
    [InlineData(3, 777, 1001, 1)]
    [InlineData(3, 640, 333, 7)]
    [InlineData(4, 70, 4099, 3)]
    public void Products_do_not_depend_on_the_number_of_threads(int threads, int rows, int columns, int n)
    {
        int stride = columns + 3;
        double[] w = Draw(rows * stride, 1), xs = Draw(n * columns, 2), ts = Draw(n * rows, 3);
        double[] across = Draw(n * rows, 4), down = Draw(n * columns, 5), expectedAcross = Draw(n * rows, 6), expectedDown = Draw(n * columns, 7);
        FieldKernels.Scalar.MultiplyMatrix(w, rows, columns, stride, xs, n, expectedAcross, rows);
        FieldKernels.Scalar.MultiplyTransposedMatrix(w, rows, columns, stride, ts, n, expectedDown, columns);
        using ThreadTeam team = new(threads);
        Assert.True(MatrixParts.Multiply(team, FieldKernels.Best, false, w, rows, columns, stride, xs, n, across) > 1);
        Assert.True(MatrixParts.Multiply(team, FieldKernels.Best, true, w, rows, columns, stride, ts, n, down) > 1);
        Assert.Equal(expectedAcross, across);
        Assert.Equal(expectedDown, down);
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Products_are_rows_times_vectors(Path path, int rows, int columns, int n)
    {
        FieldKernels kernels = path.Kernels();
        int stride = columns + 3;
        double[] w = Draw(rows * stride, 1), xs = Draw(n * columns, 2), actual = Draw(n * rows, 3);
        kernels.MultiplyMatrix(w, rows, columns, stride, xs, n, actual, rows);
        for (int v = 0; v < n; v++)
            for (int r = 0; r < rows; r++)
                FieldLaws.AssertElement(
                    Expected(c => w[r * stride + c], c => xs[v * columns + c], columns), actual[v * rows + r]);
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Transposed_products_are_columns_times_vectors(Path path, int rows, int columns, int n)
    {
        FieldKernels kernels = path.Kernels();
        int stride = columns + 3;
        double[] w = Draw(rows * stride, 1), xs = Draw(n * rows, 2), actual = Draw(n * columns, 3);
        kernels.MultiplyTransposedMatrix(w, rows, columns, stride, xs, n, actual, columns);
        for (int v = 0; v < n; v++)
            for (int c = 0; c < columns; c++)
                FieldLaws.AssertElement(
                    Expected(r => w[r * stride + c], r => xs[v * rows + r], rows), actual[v * columns + c]);
    }

    [Theory, EveryPath]
    public void The_largest_sums_do_not_overflow(Path path)
    {
        FieldKernels kernels = path.Kernels();
        const int Terms = 8193;
        double[] w = Enumerable.Repeat(Field.P - 1, 4 * Terms).ToArray(), x = Enumerable.Repeat(Field.P - 1, Terms).ToArray();
        double[] sums = new double[4];
        kernels.MultiplyMatrix(w, 4, Terms, Terms, x, 1, sums, 4);
        Assert.Equal([Terms, Terms, Terms, Terms], sums);
        kernels.MultiplyTransposedMatrix(w, Terms, 4, 4, x, 1, sums, 4);
        Assert.Equal([Terms, Terms, Terms, Terms], sums);
        // Several vectors add elements before they multiply.
        foreach (int n in new[] { 2, 3, 5 })
        {
            double[] xs = Enumerable.Repeat(Field.P - 1, n * Terms).ToArray(), all = new double[4 * n];
            kernels.MultiplyMatrix(w, 4, Terms, Terms, xs, n, all, 4);
            Assert.All(all, sum => Assert.Equal(Terms, sum));
            kernels.MultiplyTransposedMatrix(w, Terms, 4, 4, xs, n, all, 4);
            Assert.All(all, sum => Assert.Equal(Terms, sum));
        }
    }

    [Fact]
    public void Public_methods_compute_the_same()
    {
        double[] w = Draw(7 * 24, 1), x = Draw(3 * 21, 2), t = Draw(3 * 7, 3);
        double[] z = new double[21], expected = new double[21];
        FieldMatrix.MultiplyMatrix(w, 7, 21, 24, x, 3, z);
        FieldKernels.Scalar.MultiplyMatrix(w, 7, 21, 24, x, 3, expected, 7);
        Assert.Equal(expected, z);
        FieldMatrix.MultiplyVector(w, 7, 21, 24, x.AsSpan(0, 21), z.AsSpan(0, 7));
        Assert.Equal(expected[..7], z[..7]);
        double[] zt = new double[63], expectedTransposed = new double[63];
        FieldMatrix.MultiplyTransposedMatrix(w, 7, 21, 24, t, 3, zt);
        FieldKernels.Scalar.MultiplyTransposedMatrix(w, 7, 21, 24, t, 3, expectedTransposed, 21);
        Assert.Equal(expectedTransposed, zt);
        FieldMatrix.MultiplyTransposedVector(w, 7, 21, 24, t.AsSpan(0, 7), zt.AsSpan(0, 21));
        Assert.Equal(expectedTransposed[..21], zt[..21]);
    }

    [Fact]
    public void Matrices_beyond_the_cache_give_the_same()
    {
        const int Rows = 515, Columns = 257;
        double[] w = Draw(Rows * Columns, 1), x = Draw(Columns, 2), t = Draw(Rows, 3);
        double[] z = new double[Rows], zt = new double[Columns], expected = new double[Rows], expectedTransposed = new double[Columns];
        FieldMatrix.MultiplyVector(w, Rows, Columns, Columns, x, z);
        FieldKernels.Scalar.MultiplyMatrix(w, Rows, Columns, Columns, x, 1, expected, Rows);
        Assert.Equal(expected, z);
        FieldMatrix.MultiplyTransposedVector(w, Rows, Columns, Columns, t, zt);
        FieldKernels.Scalar.MultiplyTransposedMatrix(w, Rows, Columns, Columns, t, 1, expectedTransposed, Columns);
        Assert.Equal(expectedTransposed, zt);
    }

    [Fact]
    public void The_last_row_needs_no_padding()
    {
        double[] w = Draw(2 * 16 + 9, 1), x = Draw(9, 2), z = new double[3];
        FieldMatrix.MultiplyVector(w, 3, 9, 16, x, z);
        Assert.Equal(FieldVector.Dot(w.AsSpan(32, 9), x), z[2]);
    }

    [Theory]
    [InlineData(3, 9, 8, 27, 9, 3)]
    [InlineData(3, 9, 9, 26, 9, 3)]
    [InlineData(3, 9, 9, 27, 8, 3)]
    [InlineData(3, 9, 9, 27, 9, 4)]
    [InlineData(-1, 9, 9, 27, 9, 3)]
    public void Shapes_that_do_not_fit_are_refused(int rows, int columns, int stride, int w, int x, int z)
    {
        Assert.Throws<ArgumentException>(
            () => FieldMatrix.MultiplyVector(new double[w], rows, columns, stride, new double[x], new double[z]));
        Assert.Throws<ArgumentException>(
            () => FieldMatrix.MultiplyTransposedVector(new double[w], rows, columns, stride, new double[z], new double[x]));
    }

    [Fact]
    public void A_destination_inside_an_input_is_refused()
    {
        double[] shared = new double[9];
        Assert.Throws<ArgumentException>(() => FieldMatrix.MultiplyVector(shared, 3, 3, 3, new double[3], shared.AsSpan(0, 3)));
    }

    [Fact]
    public void Steady_state_allocates_nothing()
    {
        double[] w = Draw(64 * 64, 1), x = Draw(64, 2), z = new double[64], xs = Draw(3 * 64, 3), zs = new double[3 * 64];
        Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Run()
        {
            FieldMatrix.MultiplyVector(w, 64, 64, 64, x, z);
            FieldMatrix.MultiplyTransposedVector(w, 64, 64, 64, x, z);
            FieldMatrix.MultiplyMatrix(w, 64, 64, 64, xs, 3, zs);
            FieldMatrix.MultiplyTransposedMatrix(w, 64, 64, 64, xs, 3, zs);
            FieldVector.Multiply(x, x, z);
            FieldVector.ScaleAdd(x, 3, z);
        }
    }

    private static System.Numerics.BigInteger Expected(Func<int, double> w, Func<int, double> x, int terms)
    {
        UInt128 sum = 0;
        for (int i = 0; i < terms; i++)
            sum += (UInt128)w(i) * (UInt128)x(i);
        return sum % (UInt128)Field.Prime;
    }
}
