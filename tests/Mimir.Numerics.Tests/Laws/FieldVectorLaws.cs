using CsCheck;
using Mimir.Numerics.Kernels;
using Xunit;
using static Mimir.Numerics.Tests.Laws.Elements;

namespace Mimir.Numerics.Tests.Laws;

/// <summary>Every register width does what the scalar field does, also in place.</summary>
public sealed class FieldVectorLaws
{
    private delegate void Binary(FieldKernels kernels, ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> destination);

    private static readonly Gen<(double[] X, double[] Y, double[] Destination)> Operands =
        Length.SelectMany(n => Gen.Select(Vector(n), Vector(n), Vector(n)));

    [Theory, EveryPath]
    public void Addition(Path path) => Check(path, (k, x, y, d) => k.Add(x, y, d), (x, y, _) => Field.Add(x, y));

    [Theory, EveryPath]
    public void Subtraction(Path path) => Check(path, (k, x, y, d) => k.Subtract(x, y, d), (x, y, _) => Field.Subtract(x, y));

    [Theory, EveryPath]
    public void Multiplication(Path path) => Check(path, (k, x, y, d) => k.Multiply(x, y, d), (x, y, _) => Field.Multiply(x, y));

    [Theory, EveryPath]
    public void Multiplication_and_addition(Path path) =>
        Check(path, (k, x, y, d) => k.MultiplyAdd(x, y, d), (x, y, d) => Field.Add(Field.Multiply(x, y), d));

    [Theory, EveryPath]
    public void Negation(Path path) => Check(path, (k, x, _, d) => k.Negate(x, d), (x, _, _) => Field.Negate(x));

    [Theory, EveryPath]
    public void Scalars(Path path)
    {
        foreach (double s in new double[] { 0, 1, 27, Field.Half, Field.P - 1 })
        {
            Check(path, (k, x, _, d) => k.AddScalar(x, s, d), (x, _, _) => Field.Add(x, s));
            Check(path, (k, x, _, d) => k.Scale(x, s, d), (x, _, _) => Field.Multiply(x, s));
            Check(path, (k, x, _, d) => k.ScaleAdd(x, s, d), (x, _, d) => Field.Add(Field.Multiply(x, s), d));
        }
    }

    [Theory, EveryPath]
    public void Dot_products_and_sums(Path path)
    {
        FieldKernels kernels = path.Kernels();
        ForAll(Operands, o =>
        {
            Assert.Equal(o.X.Aggregate(0.0, Field.Add), kernels.Sum(o.X));
            Assert.Equal(o.X.Zip(o.Y, Field.Multiply).Aggregate(0.0, Field.Add), kernels.Dot(o.X, o.Y));
            Assert.Equal((kernels.Dot(o.X, o.Y), kernels.Dot(o.X, o.X)), kernels.Dot(o.X, o.Y, o.X));
        });
        foreach (int length in new[] { 4095, 4096, 4097, 8191, 8192, 8193, 50257 })
        {
            // The largest sums there are: every product (p − 1)^2 ≡ 1.
            double[] largest = Enumerable.Repeat(Field.P - 1, length).ToArray();
            Assert.Equal(length, kernels.Dot(largest, largest));
            Assert.Equal((length, length), kernels.Dot(largest, largest, largest));
            Assert.Equal(Field.P - length, kernels.Sum(largest));
            // Every remainder of a product is half a unit of the high part: the largest low sums.
            double[] halves = Enumerable.Repeat((double)(1L << 49), length).ToArray(), twos = Enumerable.Repeat(2.0, length).ToArray();
            Assert.Equal(Field.Reduce((Int128)length << 50), kernels.Dot(halves, twos));
        }
    }

    [Fact]
    public void Public_methods_compute_the_same()
    {
        double[] x = Draw(101, 1), y = Draw(101, 2), d = Draw(101, 3);
        double[] z = new double[101];
        FieldVector.Add(x, y, z);
        Assert.Equal(x.Zip(y, Field.Add), z);
        FieldVector.Subtract(x, y, z);
        Assert.Equal(x.Zip(y, Field.Subtract), z);
        FieldVector.Multiply(x, y, z);
        Assert.Equal(x.Zip(y, Field.Multiply), z);
        FieldVector.Negate(x, z);
        Assert.Equal(x.Select(Field.Negate), z);
        FieldVector.AddScalar(x, 5, z);
        Assert.Equal(x.Select(v => Field.Add(v, 5)), z);
        FieldVector.Scale(x, 5, z);
        Assert.Equal(x.Select(v => Field.Multiply(v, 5)), z);
        d.CopyTo(z, 0);
        FieldVector.ScaleAdd(x, 5, z);
        Assert.Equal(x.Zip(d, (a, b) => Field.Add(Field.Multiply(a, 5), b)), z);
        d.CopyTo(z, 0);
        FieldVector.MultiplyAdd(x, d, z);
        Assert.Equal(x.Zip(d, (a, b) => Field.Add(Field.Multiply(a, b), b)), z);
        Assert.Equal(FieldKernels.Scalar.Dot(x, y), FieldVector.Dot(x, y));
        Assert.Equal(FieldKernels.Scalar.Sum(x), FieldVector.Sum(x));
    }

    [Fact]
    public void Wrong_lengths_and_partial_overlaps_are_refused()
    {
        double[] five = new double[5], four = new double[4];
        Assert.Throws<ArgumentException>(() => FieldVector.Add(five, four, five));
        Assert.Throws<ArgumentException>(() => FieldVector.Multiply(five, five, four));
        Assert.Throws<ArgumentException>(() => FieldVector.Scale(five, 1, four));
        Assert.Throws<ArgumentException>(() => FieldVector.Dot(five, four));
        Assert.Throws<ArgumentException>(() => FieldVector.Dot(five, five, four));
        Assert.Throws<ArgumentException>(() => FieldVector.Negate(five.AsSpan(0, 4), five.AsSpan(1, 4)));
    }

    private static void Check(Path path, Binary operation, Func<double, double, double, double> expected)
    {
        FieldKernels kernels = path.Kernels();
        ForAll(Operands, o =>
        {
            double[] wanted = o.X.Select((x, i) => expected(x, o.Y[i], o.Destination[i])).ToArray();
            double[] actual = (double[])o.Destination.Clone();
            operation(kernels, o.X, o.Y, actual);
            Assert.Equal(wanted, actual);
            Assert.DoesNotContain(actual, double.IsNegative);

            wanted = o.X.Select((x, i) => expected(x, o.Y[i], x)).ToArray();
            double[] inPlace = (double[])o.X.Clone();
            operation(kernels, inPlace, o.Y, inPlace);
            Assert.Equal(wanted, inPlace);
        }, 60);
    }
}
