using Mimir.Numerics.Kernels;

namespace Mimir.Numerics;

/// <summary>
/// Field arithmetic on vectors. Inputs must be canonical (see <see cref="Field"/>), outputs are canonical. Every method is
/// constant time: neither branches nor indexes depend on values, and results do not depend on the register width.
/// The destination may be one of the inputs, but must not overlap one partly (an <see cref="ArgumentException"/>).
/// </summary>
public static class FieldVector
{
    /// <summary>destination = x + y.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Add(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> destination)
    {
        RequireDestination(x, destination);
        RequireDestination(y, destination);
        FieldKernels.Best.Add(x, y, destination);
    }

    /// <summary>destination = x − y.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Subtract(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> destination)
    {
        RequireDestination(x, destination);
        RequireDestination(y, destination);
        FieldKernels.Best.Subtract(x, y, destination);
    }

    /// <summary>destination = −x.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Negate(ReadOnlySpan<double> x, Span<double> destination)
    {
        RequireDestination(x, destination);
        FieldKernels.Best.Negate(x, destination);
    }

    /// <summary>destination = x ∘ y, element by element.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Multiply(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> destination)
    {
        RequireDestination(x, destination);
        RequireDestination(y, destination);
        FieldKernels.Best.Multiply(x, y, destination);
    }

    /// <summary>destination += x ∘ y, element by element.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void MultiplyAdd(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> destination)
    {
        RequireDestination(x, destination);
        RequireDestination(y, destination);
        FieldKernels.Best.MultiplyAdd(x, y, destination);
    }

    /// <summary>destination = s·x.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Scale(ReadOnlySpan<double> x, double s, Span<double> destination)
    {
        RequireDestination(x, destination);
        FieldKernels.Best.Scale(x, s, destination);
    }

    /// <summary>destination += s·x.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void ScaleAdd(ReadOnlySpan<double> x, double s, Span<double> destination)
    {
        RequireDestination(x, destination);
        FieldKernels.Best.ScaleAdd(x, s, destination);
    }

    /// <summary>destination = x + s in every element.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void AddScalar(ReadOnlySpan<double> x, double s, Span<double> destination)
    {
        RequireDestination(x, destination);
        FieldKernels.Best.AddScalar(x, s, destination);
    }

    /// <summary>Σ x_i·y_i for any length.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        RequireSameLength(x, y);
        return FieldKernels.Best.Dot(x, y);
    }

    /// <summary>Σ x_i·y_i and Σ x_i·z_i for any length, with x read once: public coefficients against values and MACs.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static (double Y, double Z) Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z)
    {
        RequireSameLength(x, y);
        RequireSameLength(x, z);
        return FieldKernels.Best.Dot(x, y, z);
    }

    /// <summary>Σ x_i for any length.</summary>
    public static double Sum(ReadOnlySpan<double> x) => FieldKernels.Best.Sum(x);

    /// <summary>
    /// Whether every element is an integer in [0, p) and not −0, whatever bits it has: the check of everything that arrives
    /// from outside. Reads all of x whatever it finds.
    /// </summary>
    public static bool IsCanonical(ReadOnlySpan<double> x) => FieldKernels.Best.IsCanonical(x);

    /// <summary>destination = round(reals·2^f) mod p, ties to even.</summary>
    /// <param name="reals">Numbers with |x·2^f| below 2^48.</param>
    /// <param name="fractionBits">f in [0, 62].</param>
    /// <param name="destination">As long as <paramref name="reals"/>, and may be the same span.</param>
    /// <exception cref="ArgumentOutOfRangeException">Some |x·2^f| ≥ 2^48 or not a number (the destination then holds no
    /// meaningful values), or f is outside [0, 62].</exception>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Encode(ReadOnlySpan<double> reals, int fractionBits, Span<double> destination)
    {
        RequireDestination(reals, destination);
        if (!FieldKernels.Best.Encode(reals, Field.PowerOfTwo(fractionBits), destination))
            throw new ArgumentOutOfRangeException(
                nameof(reals), $"A number times 2^{fractionBits} is not below 2^48 in magnitude; scale it down or use fewer fraction bits.");
    }

    /// <summary>destination = the numbers that x stands for, in (−p/2, p/2] times 2^−f.</summary>
    /// <param name="x">Canonical elements.</param>
    /// <param name="fractionBits">f in [0, 62].</param>
    /// <param name="destination">As long as <paramref name="x"/>, and may be the same span.</param>
    /// <exception cref="ArgumentOutOfRangeException">f is outside [0, 62].</exception>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Decode(ReadOnlySpan<double> x, int fractionBits, Span<double> destination)
    {
        RequireDestination(x, destination);
        FieldKernels.Best.Decode(x, Field.PowerOfTwo(fractionBits), destination);
    }

    private static void RequireDestination(ReadOnlySpan<double> input, ReadOnlySpan<double> destination)
    {
        RequireSameLength(input, destination);
        if (input.Overlaps(destination, out int offset) && offset != 0)
            throw new ArgumentException($"The destination overlaps an input {offset} elements from its start.");
    }

    private static void RequireSameLength(ReadOnlySpan<double> x, ReadOnlySpan<double> other)
    {
        if (x.Length != other.Length)
            throw new ArgumentException($"Lengths differ: {x.Length} and {other.Length}.");
    }
}
