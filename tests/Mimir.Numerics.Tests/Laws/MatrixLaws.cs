using System.Numerics;
using Xunit;
using Mimir.Numerics.Kernels;

namespace Mimir.Numerics.Tests.Laws;

public sealed class MatrixLaws
{
    private static double Next(ref ulong state)
    {
        state = unchecked(state * 6364136223846793005UL + 1442695040888963407UL);
        ulong r = (state >> 60) switch { 0 => 0, 1 => (ulong)Field.Prime - 1, 2 => 1, _ => (state >> 12) % (ulong)Field.Prime };
        return r;
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 769, 1)]
    [InlineData(3, 8193, 2)]
    [InlineData(8195, 19, 3)]
    [InlineData(7, 1031, 16)]
    public void Products_are_those_of_integers(int rows, int columns, int n)
    {
        ulong s = 7;
        int stride = columns + 3;
        double[] w = Enumerable.Range(0, rows * stride).Select(_ => Next(ref s)).ToArray();
        double[] xs = Enumerable.Range(0, n * columns).Select(_ => Next(ref s)).ToArray();
        double[] ts = Enumerable.Range(0, n * rows).Select(_ => Next(ref s)).ToArray();
        foreach (FieldKernels kernels in new[] { FieldKernels.Scalar, FieldKernels.Vector256Path, FieldKernels.Vector512Path })
        {
            double[] z = new double[n * rows], t = new double[n * columns];
            kernels.MultiplyMatrix(w, rows, columns, stride, xs, n, z);
            kernels.MultiplyTransposedMatrix(w, rows, columns, stride, ts, n, t);
            for (int v = 0; v < n; v++)
            {
                for (int r = 0; r < rows; r++)
                {
                    BigInteger sum = 0;
                    for (int c = 0; c < columns; c++) sum += (BigInteger)w[r * stride + c] * (BigInteger)xs[v * columns + c];
                    Assert.Equal((double)(sum % Field.Prime), z[v * rows + r]);
                }
                for (int c = 0; c < columns; c++)
                {
                    BigInteger sum = 0;
                    for (int r = 0; r < rows; r++) sum += (BigInteger)w[r * stride + c] * (BigInteger)ts[v * rows + r];
                    Assert.Equal((double)(sum % Field.Prime), t[v * columns + c]);
                }
            }
        }
    }

    [Fact]
    public void Elementwise()
    {
        ulong s = 9;
        int n = 1037;
        double[] x = Enumerable.Range(0, n).Select(_ => Next(ref s)).ToArray(), y = Enumerable.Range(0, n).Select(_ => Next(ref s)).ToArray();
        foreach (FieldKernels k in new[] { FieldKernels.Scalar, FieldKernels.Vector256Path, FieldKernels.Vector512Path })
        {
            double[] m = new double[n], a = new double[n], b = new double[n], ma = (double[])y.Clone(), neg = new double[n];
            k.Multiply(x, y, m); k.Add(x, y, a); k.Subtract(x, y, b); k.ScaleAdd(x, 12345, ma); k.Negate(x, neg);
            for (int i = 0; i < n; i++)
            {
                BigInteger p = Field.Prime, X = (BigInteger)x[i], Y = (BigInteger)y[i];
                Assert.Equal((double)(X * Y % p), m[i]);
                Assert.Equal((double)((X + Y) % p), a[i]);
                Assert.Equal((double)((X - Y + p) % p), b[i]);
                Assert.Equal((double)((X * 12345 + Y) % p), ma[i]);
                Assert.Equal((double)((p - X) % p), neg[i]);
            }
            Assert.True(k.IsCanonical(m));
            Assert.Equal(m.Aggregate(0.0, Field.Add), k.Sum(m));
            Assert.Equal(m.Aggregate(0.0, Field.Add), k.Dot(x, y));
            m[1030] = -0.0;
            Assert.False(k.IsCanonical(m));
        }
        Assert.Equal(1.0, Field.Multiply(Field.Inverse(7), 7));
        Assert.Equal(-1.5, Field.Decode(Field.Encode(-1.5, 16), 16));
        byte[] key = new byte[32];
        using Prg prg = new(key, 5);
        using Prg other = new(new Mimir.Numerics.Keystreams.PortableKeystream(key), 5);
        double[] e = new double[5000], f = new double[5000];
        prg.Fill(3, e); other.Fill(3, f.AsSpan(0, 1001)); other.Fill(1004, f.AsSpan(1001));
        Assert.Equal(e, f);
        Assert.True(FieldVector.IsCanonical(e));
    }
}
