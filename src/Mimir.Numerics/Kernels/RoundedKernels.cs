using System.Runtime.Intrinsics;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Kernels;

/// <summary>
/// Products of a 16-bit matrix with vectors of field elements, for one register width. An element x = 2^25·h + l is two limbs,
/// 0 ≤ h ≤ 2^25, |l| ≤ 2^24, and n·h, n·l are exact sums of doubles for up to <see cref="MaximumTerms"/> terms: two plain fused
/// multiply-adds per weight and vector. All widths give identical results; constant time.
/// </summary>
internal abstract class RoundedKernels
{
    /// <summary>Terms of |n·h| ≤ 2^40 whose sum a double still holds exactly.</summary>
    public const int MaximumTerms = 1 << 13;

    /// <summary>Bits of the low limb.</summary>
    public const int LimbBits = 25;

    /// <summary>One element at a time.</summary>
    public static readonly RoundedKernels Scalar = new RoundedKernels<SimdScalar, double, long, ShortsScalar>();

    /// <summary>128-bit registers.</summary>
    public static readonly RoundedKernels Vector128Path = new RoundedKernels<Simd128, Vector128<double>, Vector128<long>, Shorts128>();

    /// <summary>256-bit registers.</summary>
    public static readonly RoundedKernels Vector256Path = new RoundedKernels<Simd256, Vector256<double>, Vector256<long>, Shorts256>();

    /// <summary>512-bit registers.</summary>
    public static readonly RoundedKernels Vector512Path = new RoundedKernels<Simd512, Vector512<double>, Vector512<long>, Shorts512>();

    /// <summary>The widest registers this machine has in hardware.</summary>
    public static readonly RoundedKernels Best =
        FieldKernels.Best == FieldKernels.Vector512Path ? Vector512Path
        : FieldKernels.Best == FieldKernels.Vector256Path ? Vector256Path
        : FieldKernels.Best == FieldKernels.Vector128Path ? Vector128Path
        : Scalar;

    /// <summary>high[i] = h, low[i] = l of x[i].</summary>
    public abstract void Split(ReadOnlySpan<double> x, Span<double> high, Span<double> low);

    /// <summary>
    /// destination[v·pitch + r] = Σ_c w[r·stride + c]·xs[v·columns + c]. <paramref name="limbs"/>: per vector its high limbs, then its low
    /// ones, each of <paramref name="columns"/> elements.
    /// </summary>
    public abstract void Multiply(
        ReadOnlySpan<short> w, int rows, int columns, int stride, ReadOnlySpan<double> limbs, int count, Span<double> destination, int pitch);

    /// <summary>
    /// destination[v·pitch + c] = Σ_r w[r·stride + c]·xs[v·rows + r]. <paramref name="limbs"/> as above with <paramref name="rows"/>
    /// elements each; <paramref name="sums"/>: room for 4·columns.
    /// </summary>
    public abstract void MultiplyTransposed(
        ReadOnlySpan<short> w, int rows, int columns, int stride, ReadOnlySpan<double> limbs, int count, Span<double> sums, Span<double> destination, int pitch);

    /// <summary>2^25·high + low mod p, for integers of at most 2^53 in magnitude.</summary>
    protected static double Finish(double high, double low) =>
        Field.Add(Field.Multiply(Field.Reduce((long)high), 1 << LimbBits), Field.Reduce((long)low));
}
