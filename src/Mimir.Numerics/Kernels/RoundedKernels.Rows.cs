using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Kernels;

/// <content>Limbs and inner products along rows.</content>
internal sealed partial class RoundedKernels<TSimd, TD, TL, TShorts> : RoundedKernels
    where TSimd : ISimd<TD, TL>
    where TD : struct
    where TL : struct
    where TShorts : IShortLoads<TD>
{
    private const int RowsPerPass = 4;

    // Columns per tile with several pairs of vectors: the limbs of a pair stay in the first-level cache.
    private const int TileColumns = 1024;

    // Four rows times four limb vectors.
    private const int SumsPerPass = 16;

    public override void Split(ReadOnlySpan<double> x, Span<double> high, Span<double> low)
    {
        ref double h = ref MemoryMarshal.GetReference(high), l = ref MemoryMarshal.GetReference(low), source = ref MemoryMarshal.GetReference(x);
        nuint i = Split<TSimd, TD, TL>(ref source, ref h, ref l, 0, (nuint)x.Length);
        Split<SimdScalar, double, long>(ref source, ref h, ref l, i, (nuint)x.Length);
    }

    public override void Multiply(
        ReadOnlySpan<short> w, int rows, int columns, int stride, ReadOnlySpan<double> limbs, int count, Span<double> destination, int pitch)
    {
        for (int v = 0; v < count; v++) destination.Slice(v * pitch, rows).Clear();
        int tile = count <= 2 ? MaximumTerms : TileColumns;
        Span<double> sums = stackalloc double[SumsPerPass];
        for (int row = 0; row < rows; row += RowsPerPass)
        {
            int present = Math.Min(RowsPerPass, rows - row);
            for (int column = 0; column < columns; column += tile)
            {
                nuint width = (nuint)Math.Min(tile, columns - column);
                // Rows that do not exist repeat the last one; their sums are dropped.
                ref short w0 = ref Unsafe.Add(ref MemoryMarshal.GetReference(w), (nint)row * stride + column);
                ref short w1 = ref Unsafe.Add(ref w0, (nint)Math.Min(1, present - 1) * stride);
                ref short w2 = ref Unsafe.Add(ref w0, (nint)Math.Min(2, present - 1) * stride);
                ref short w3 = ref Unsafe.Add(ref w0, (nint)Math.Min(3, present - 1) * stride);
                for (int v = 0; v < count; v += 2)
                {
                    // So does a second vector that does not exist.
                    int second = Math.Min(v + 1, count - 1);
                    ref double x = ref Unsafe.Add(ref MemoryMarshal.GetReference(limbs), (nint)v * 2 * columns + column);
                    ref double y = ref Unsafe.Add(ref MemoryMarshal.GetReference(limbs), (nint)second * 2 * columns + column);
                    nuint ahead = v == 0 ? (nuint)RowsPerPass * (nuint)stride : 0;
                    sums.Clear();
                    nuint i = FourRows<TSimd, TD, TL, TShorts>(
                        ref w0, ref w1, ref w2, ref w3, ref x, ref y, (nuint)columns, 0, width, ahead, ref MemoryMarshal.GetReference(sums));
                    FourRows<SimdScalar, double, long, ShortsScalar>(
                        ref w0, ref w1, ref w2, ref w3, ref x, ref y, (nuint)columns, i, width, 0, ref MemoryMarshal.GetReference(sums));
                    for (int r = 0; r < present; r++)
                    {
                        ref double first = ref destination[v * pitch + row + r];
                        first = Field.Add(first, Finish(sums[4 * r], sums[4 * r + 1]));
                        if (second == v) continue;
                        ref double other = ref destination[second * pitch + row + r];
                        other = Field.Add(other, Finish(sums[4 * r + 2], sums[4 * r + 3]));
                    }
                }
            }
        }
        sums.Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint Split<TS, TSD, TSL>(ref double x, ref double high, ref double low, nuint i, nuint length)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        TSD round = TS.Broadcast(ExactProduct.C2), down = TS.Broadcast(1.0 / (1 << LimbBits)), up = TS.Broadcast(-(1 << LimbBits));
        for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
        {
            TSD value = TS.Load(ref x, i);
            TSD h = TS.Subtract(TS.FusedMultiplyAdd(value, down, round), round);
            TS.Store(h, ref high, i);
            TS.Store(TS.FusedMultiplyAdd(h, up, value), ref low, i);
        }
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint FourRows<TS, TSD, TSL, TSS>(
        ref short w0, ref short w1, ref short w2, ref short w3, ref double x, ref double y, nuint low, nuint i, nuint length, nuint ahead,
        ref double sums)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
        where TSS : IShortLoads<TSD>
    {
        TSD a0 = TS.Broadcast(0), b0 = a0, c0 = a0, d0 = a0, a1 = a0, b1 = a0, c1 = a0, d1 = a0;
        TSD a2 = a0, b2 = a0, c2 = a0, d2 = a0, a3 = a0, b3 = a0, c3 = a0, d3 = a0;
        for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
        {
            TSD xh = TS.Load(ref x, i), xl = TS.Load(ref x, i + low), yh = TS.Load(ref y, i), yl = TS.Load(ref y, i + low);
            if (ahead != 0 && (i & 31) == 0) Prefetch<TS, TSD, TSL>(ref w0, ref w1, ref w2, ref w3, i + ahead);
            TSD w = TSS.Load(ref w0, i);
            a0 = TS.FusedMultiplyAdd(w, xh, a0);
            b0 = TS.FusedMultiplyAdd(w, xl, b0);
            c0 = TS.FusedMultiplyAdd(w, yh, c0);
            d0 = TS.FusedMultiplyAdd(w, yl, d0);
            w = TSS.Load(ref w1, i);
            a1 = TS.FusedMultiplyAdd(w, xh, a1);
            b1 = TS.FusedMultiplyAdd(w, xl, b1);
            c1 = TS.FusedMultiplyAdd(w, yh, c1);
            d1 = TS.FusedMultiplyAdd(w, yl, d1);
            w = TSS.Load(ref w2, i);
            a2 = TS.FusedMultiplyAdd(w, xh, a2);
            b2 = TS.FusedMultiplyAdd(w, xl, b2);
            c2 = TS.FusedMultiplyAdd(w, yh, c2);
            d2 = TS.FusedMultiplyAdd(w, yl, d2);
            w = TSS.Load(ref w3, i);
            a3 = TS.FusedMultiplyAdd(w, xh, a3);
            b3 = TS.FusedMultiplyAdd(w, xl, b3);
            c3 = TS.FusedMultiplyAdd(w, yh, c3);
            d3 = TS.FusedMultiplyAdd(w, yl, d3);
        }
        AddTo<TS, TSD, TSL>(ref sums, 0, a0, b0, c0, d0);
        AddTo<TS, TSD, TSL>(ref sums, 4, a1, b1, c1, d1);
        AddTo<TS, TSD, TSL>(ref sums, 8, a2, b2, c2, d2);
        AddTo<TS, TSD, TSL>(ref sums, 12, a3, b3, c3, d3);
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch<TS, TSD, TSL>(ref short w0, ref short w1, ref short w2, ref short w3, nuint index)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        // Four 16-bit numbers in the place of a double.
        TS.Prefetch(ref Unsafe.As<short, double>(ref w0), index / 4);
        TS.Prefetch(ref Unsafe.As<short, double>(ref w1), index / 4);
        TS.Prefetch(ref Unsafe.As<short, double>(ref w2), index / 4);
        TS.Prefetch(ref Unsafe.As<short, double>(ref w3), index / 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<TS, TSD, TSL>(ref double sums, int at, TSD a, TSD b, TSD c, TSD d)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        Unsafe.Add(ref sums, at) += Sum<TS, TSD, TSL>(a);
        Unsafe.Add(ref sums, at + 1) += Sum<TS, TSD, TSL>(b);
        Unsafe.Add(ref sums, at + 2) += Sum<TS, TSD, TSL>(c);
        Unsafe.Add(ref sums, at + 3) += Sum<TS, TSD, TSL>(d);
    }

    /// <summary>Sum of the lanes: exact, because every partial sum of the terms is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Sum<TS, TSD, TSL>(TSD value)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        double sum = 0;
        for (int i = 0; i < TS.Count; i++) sum += Unsafe.Add(ref Unsafe.As<TSD, double>(ref value), i);
        return sum;
    }
}
