using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Kernels;

/// <summary>
/// The vector and matrix kernels for one register width. All widths give identical results. Arguments are already validated;
/// see <see cref="FieldVector"/> and <see cref="FieldMatrix"/> for what each method computes.
/// </summary>
internal abstract class FieldKernels
{
    /// <summary>One element at a time.</summary>
    public static readonly FieldKernels Scalar = new FieldKernels<SimdScalar, double, long>();

    /// <summary>128-bit registers.</summary>
    public static readonly FieldKernels Vector128Path = new FieldKernels<Simd128, Vector128<double>, Vector128<long>>();

    /// <summary>256-bit registers.</summary>
    public static readonly FieldKernels Vector256Path = new FieldKernels<Simd256, Vector256<double>, Vector256<long>>();

    /// <summary>512-bit registers.</summary>
    public static readonly FieldKernels Vector512Path = new FieldKernels<Simd512, Vector512<double>, Vector512<long>>();

    /// <summary>The widest registers this machine has in hardware.</summary>
    public static readonly FieldKernels Best = Select();

    /// <summary>
    /// For one vector times a matrix that comes from memory. Measured on Zen 5: 256-bit loads reach 30 to 36 GB/s on one core
    /// where 512-bit loads stay at 25; arithmetic is no limit there. docs/numerics.md has the numbers.
    /// </summary>
    public static readonly FieldKernels Streaming = Best == Vector512Path && Fma.IsSupported ? Vector256Path : Best;

    public abstract void Add(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> destination);

    public abstract void Subtract(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> destination);

    public abstract void Multiply(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> destination);

    public abstract void MultiplyAdd(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> destination);

    public abstract void Negate(ReadOnlySpan<double> x, Span<double> destination);

    public abstract void AddScalar(ReadOnlySpan<double> x, double s, Span<double> destination);

    public abstract void Scale(ReadOnlySpan<double> x, double s, Span<double> destination);

    public abstract void ScaleAdd(ReadOnlySpan<double> x, double s, Span<double> destination);

    public abstract double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y);

    /// <summary>x·y and x·z.</summary>
    public abstract (double Y, double Z) Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z);

    public abstract double Sum(ReadOnlySpan<double> x);

    public abstract bool IsCanonical(ReadOnlySpan<double> x);

    /// <summary>False when an element was out of range (its result is then meaningless).</summary>
    public abstract bool Encode(ReadOnlySpan<double> reals, double scale, Span<double> destination);

    public abstract void Decode(ReadOnlySpan<double> x, double scale, Span<double> destination);

    /// <summary>dest[v·pitch + r] = Σ_c w[r·stride + c]·xs[v·columns + c].</summary>
    public abstract void MultiplyMatrix(
        ReadOnlySpan<double> w, int rows, int columns, int stride, ReadOnlySpan<double> xs, int count, Span<double> destination, int pitch);

    /// <summary>dest[v·pitch + c] = Σ_r w[r·stride + c]·xs[v·rows + r].</summary>
    public abstract void MultiplyTransposedMatrix(
        ReadOnlySpan<double> w, int rows, int columns, int stride, ReadOnlySpan<double> xs, int count, Span<double> destination, int pitch);

    private static FieldKernels Select()
    {
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
            return Vector512Path;
        if (Vector256.IsHardwareAccelerated && Fma.IsSupported)
            return Vector256Path;
        return Vector128.IsHardwareAccelerated && !Sse2.IsSupported ? Vector128Path : Scalar;
    }
}
