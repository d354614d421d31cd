using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Kernels;

/// <content>Sums of rows: Wᵀ·x.</content>
internal sealed partial class RoundedKernels<TSimd, TD, TL, TShorts>
{
    public override void MultiplyTransposed(
        ReadOnlySpan<short> w, int rows, int columns, int stride, ReadOnlySpan<double> limbs, int count, Span<double> sums, Span<double> destination, int pitch)
    {
        for (int v = 0; v < count; v++) destination.Slice(v * pitch, columns).Clear();
        sums = sums[..(4 * columns)];
        Span<double> factors = stackalloc double[SumsPerPass];
        for (int v = 0; v < count; v += 2)
        {
            int second = Math.Min(v + 1, count - 1);
            for (int start = 0; start < rows; start += MaximumTerms)
            {
                int end = Math.Min(rows, start + MaximumTerms);
                sums.Clear();
                for (int row = start; row < end; row += RowsPerPass)
                {
                    int present = Math.Min(RowsPerPass, end - row);
                    for (int r = 0; r < present; r++)
                    {
                        factors[4 * r] = limbs[v * 2 * rows + row + r];
                        factors[4 * r + 1] = limbs[(v * 2 + 1) * rows + row + r];
                        factors[4 * r + 2] = limbs[second * 2 * rows + row + r];
                        factors[4 * r + 3] = limbs[(second * 2 + 1) * rows + row + r];
                    }
                    ref short first = ref Unsafe.Add(ref MemoryMarshal.GetReference(w), (nint)row * stride);
                    if (present < RowsPerPass)
                    {
                        for (int r = 0; r < present; r++) OneRow(ref Unsafe.Add(ref first, (nint)r * stride), columns, factors.Slice(4 * r, 4), sums);
                        continue;
                    }
                    ref double f = ref MemoryMarshal.GetReference(factors);
                    ref double s = ref MemoryMarshal.GetReference(sums);
                    nuint i = FourRowsDown<TSimd, TD, TL, TShorts>(ref first, (nuint)stride, ref f, ref s, (nuint)columns, 0);
                    FourRowsDown<SimdScalar, double, long, ShortsScalar>(ref first, (nuint)stride, ref f, ref s, (nuint)columns, i);
                }
                Collect(sums, columns, destination.Slice(v * pitch, columns), second == v ? default : destination.Slice(second * pitch, columns));
            }
        }
        factors.Clear();
        sums.Clear();
    }

    private static void Collect(ReadOnlySpan<double> sums, int columns, Span<double> first, Span<double> second)
    {
        for (int c = 0; c < first.Length; c++) first[c] = Field.Add(first[c], Finish(sums[c], sums[columns + c]));
        for (int c = 0; c < second.Length; c++) second[c] = Field.Add(second[c], Finish(sums[2 * columns + c], sums[3 * columns + c]));
    }

    private static void OneRow(ref short w, int columns, ReadOnlySpan<double> factors, Span<double> sums)
    {
        for (int s = 0; s < factors.Length; s++)
            for (int c = 0; c < columns; c++) sums[s * columns + c] += factors[s] * Unsafe.Add(ref w, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint FourRowsDown<TS, TSD, TSL, TSS>(ref short w, nuint stride, ref double f, ref double sums, nuint columns, nuint i)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
        where TSS : IShortLoads<TSD>
    {
        TSD a0 = TS.Broadcast(f), b0 = TS.Broadcast(Unsafe.Add(ref f, 1)), c0 = TS.Broadcast(Unsafe.Add(ref f, 2)), d0 = TS.Broadcast(Unsafe.Add(ref f, 3));
        TSD a1 = TS.Broadcast(Unsafe.Add(ref f, 4)), b1 = TS.Broadcast(Unsafe.Add(ref f, 5)), c1 = TS.Broadcast(Unsafe.Add(ref f, 6)), d1 = TS.Broadcast(Unsafe.Add(ref f, 7));
        TSD a2 = TS.Broadcast(Unsafe.Add(ref f, 8)), b2 = TS.Broadcast(Unsafe.Add(ref f, 9)), c2 = TS.Broadcast(Unsafe.Add(ref f, 10)), d2 = TS.Broadcast(Unsafe.Add(ref f, 11));
        TSD a3 = TS.Broadcast(Unsafe.Add(ref f, 12)), b3 = TS.Broadcast(Unsafe.Add(ref f, 13)), c3 = TS.Broadcast(Unsafe.Add(ref f, 14)), d3 = TS.Broadcast(Unsafe.Add(ref f, 15));
        for (nuint width = (nuint)TS.Count; i + width <= columns; i += width)
        {
            TSD w0 = TSS.Load(ref w, i), w1 = TSS.Load(ref w, i + stride), w2 = TSS.Load(ref w, i + 2 * stride), w3 = TSS.Load(ref w, i + 3 * stride);
            TS.Store(Four<TS, TSD, TSL>(TS.Load(ref sums, i), w0, a0, w1, a1, w2, a2, w3, a3), ref sums, i);
            TS.Store(Four<TS, TSD, TSL>(TS.Load(ref sums, i + columns), w0, b0, w1, b1, w2, b2, w3, b3), ref sums, i + columns);
            TS.Store(Four<TS, TSD, TSL>(TS.Load(ref sums, i + 2 * columns), w0, c0, w1, c1, w2, c2, w3, c3), ref sums, i + 2 * columns);
            TS.Store(Four<TS, TSD, TSL>(TS.Load(ref sums, i + 3 * columns), w0, d0, w1, d1, w2, d2, w3, d3), ref sums, i + 3 * columns);
        }
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSD Four<TS, TSD, TSL>(TSD sum, TSD w0, TSD f0, TSD w1, TSD f1, TSD w2, TSD f2, TSD w3, TSD f3)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct =>
        TS.FusedMultiplyAdd(w3, f3, TS.FusedMultiplyAdd(w2, f2, TS.FusedMultiplyAdd(w1, f1, TS.FusedMultiplyAdd(w0, f0, sum))));
}
