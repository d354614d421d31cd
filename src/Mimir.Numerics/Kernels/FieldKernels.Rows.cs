using System.Runtime.InteropServices;
using System.Runtime.CompilerServices;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Kernels;

/// <content>Inner products along rows: dot and W·x.</content>
internal sealed partial class FieldKernels<TSimd, TD, TL>
{
    private const int RowsPerPass = 4;

    // Columns per tile with several vectors: four rows of it stay in the first-level cache.
    private const int TileColumns = 512;

    public override double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double total = 0;
        for (int start = 0; start < x.Length; start += ExactProduct.MaximumTerms)
        {
            int terms = Math.Min(ExactProduct.MaximumTerms, x.Length - start);
            ref double a = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), start);
            ref double b = ref Unsafe.Add(ref MemoryMarshal.GetReference(y), start);
            long high = 0, low = 0;
            nuint i = OneRow<TSimd, TD, TL>(ref a, ref b, 0, (nuint)terms, ref high, ref low);
            OneRow<SimdScalar, double, long>(ref a, ref b, i, (nuint)terms, ref high, ref low);
            total = Field.Add(total, ExactProduct.Finish(high, low, terms));
        }
        return total;
    }

    public override (double Y, double Z) Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z)
    {
        (double Y, double Z) total = default;
        for (int start = 0; start < x.Length; start += ExactProduct.MaximumTerms)
        {
            int terms = Math.Min(ExactProduct.MaximumTerms, x.Length - start);
            ref double a = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), start);
            ref double b = ref Unsafe.Add(ref MemoryMarshal.GetReference(y), start);
            ref double c = ref Unsafe.Add(ref MemoryMarshal.GetReference(z), start);
            RowSums s = default;
            nuint i = TwoRows<TSimd, TD, TL>(ref a, ref b, ref c, 0, (nuint)terms, ref s);
            TwoRows<SimdScalar, double, long>(ref a, ref b, ref c, i, (nuint)terms, ref s);
            total = (Field.Add(total.Y, ExactProduct.Finish(s.High0, s.Low0, terms)), Field.Add(total.Z, ExactProduct.Finish(s.High1, s.Low1, terms)));
        }
        return total;
    }

    public override void MultiplyMatrix(
        ReadOnlySpan<double> w, int rows, int columns, int stride, ReadOnlySpan<double> xs, int count, Span<double> destination, int pitch)
    {
        for (int v = 0; v < count; v++) destination.Slice(v * pitch, rows).Clear();
        if (count > 1)
        {
            MultiplyPaired(w, rows, columns, stride, xs, count, destination, pitch);
            return;
        }
        int tile = count == 1 ? ExactProduct.MaximumTerms : TileColumns;
        Span<double> sums = stackalloc double[RowsPerPass];
        for (int row = 0; row < rows; row += RowsPerPass)
        {
            int present = Math.Min(RowsPerPass, rows - row);
            for (int column = 0; column < columns; column += tile)
            {
                int width = Math.Min(tile, columns - column);
                // Rows that do not exist repeat the last one; their sums are dropped.
                ref double w0 = ref Unsafe.Add(ref MemoryMarshal.GetReference(w), (nint)row * stride + column);
                ref double w1 = ref Unsafe.Add(ref w0, (nint)Math.Min(1, present - 1) * stride);
                ref double w2 = ref Unsafe.Add(ref w0, (nint)Math.Min(2, present - 1) * stride);
                ref double w3 = ref Unsafe.Add(ref w0, (nint)Math.Min(3, present - 1) * stride);
                for (int v = 0; v < count; v++)
                {
                    ref double x = ref Unsafe.Add(ref MemoryMarshal.GetReference(xs), (nint)v * columns + column);
                    RowSums s = default;
                    // The first vector brings the next four rows in; the others find these rows in the cache.
                    nuint ahead = v == 0 ? (nuint)RowsPerPass * (nuint)stride : 0;
                    nuint i = FourRows<TSimd, TD, TL>(ref w0, ref w1, ref w2, ref w3, ref x, 0, (nuint)width, ahead, ref s);
                    FourRows<SimdScalar, double, long>(ref w0, ref w1, ref w2, ref w3, ref x, i, (nuint)width, ahead, ref s);
                    sums[0] = ExactProduct.Finish(s.High0, s.Low0, width);
                    sums[1] = ExactProduct.Finish(s.High1, s.Low1, width);
                    sums[2] = ExactProduct.Finish(s.High2, s.Low2, width);
                    sums[3] = ExactProduct.Finish(s.High3, s.Low3, width);
                    Span<double> outputs = destination.Slice(v * pitch + row, present);
                    for (int r = 0; r < outputs.Length; r++)
                        outputs[r] = Field.Add(outputs[r], sums[r]);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint OneRow<TS, TSD, TSL>(ref double a, ref double b, nuint i, nuint length, ref long high, ref long low)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        unchecked
        {
            TSD c1 = TS.Broadcast(ExactProduct.C1), c12 = TS.Broadcast(ExactProduct.C1PlusC2);
            TSL h = TS.BroadcastLong(0), l = h;
            for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
                ExactProduct.Accumulate<TS, TSD, TSL>(TS.Load(ref a, i), TS.Load(ref b, i), c1, c12, ref h, ref l);
            high += TS.Sum(h);
            low += TS.Sum(l);
            return i;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint TwoRows<TS, TSD, TSL>(ref double a, ref double b, ref double c, nuint i, nuint length, ref RowSums sums)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        unchecked
        {
            TSD c1 = TS.Broadcast(ExactProduct.C1), c12 = TS.Broadcast(ExactProduct.C1PlusC2);
            TSL h0 = TS.BroadcastLong(0), h1 = h0, l0 = h0, l1 = h0;
            for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
            {
                TSD v = TS.Load(ref a, i);
                ExactProduct.Accumulate<TS, TSD, TSL>(TS.Load(ref b, i), v, c1, c12, ref h0, ref l0);
                ExactProduct.Accumulate<TS, TSD, TSL>(TS.Load(ref c, i), v, c1, c12, ref h1, ref l1);
            }
            sums.High0 += TS.Sum(h0);
            sums.High1 += TS.Sum(h1);
            sums.Low0 += TS.Sum(l0);
            sums.Low1 += TS.Sum(l1);
            return i;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint FourRows<TS, TSD, TSL>(
        ref double w0, ref double w1, ref double w2, ref double w3, ref double x, nuint i, nuint length, nuint ahead,
        ref RowSums sums)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        unchecked
        {
            TSD c1 = TS.Broadcast(ExactProduct.C1), c12 = TS.Broadcast(ExactProduct.C1PlusC2);
            TSL h0 = TS.BroadcastLong(0), h1 = h0, h2 = h0, h3 = h0, l0 = h0, l1 = h0, l2 = h0, l3 = h0;
            for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
            {
                TSD v = TS.Load(ref x, i);
                TS.Prefetch(ref w0, i + ahead);
                TS.Prefetch(ref w1, i + ahead);
                TS.Prefetch(ref w2, i + ahead);
                TS.Prefetch(ref w3, i + ahead);
                ExactProduct.Accumulate<TS, TSD, TSL>(TS.Load(ref w0, i), v, c1, c12, ref h0, ref l0);
                ExactProduct.Accumulate<TS, TSD, TSL>(TS.Load(ref w1, i), v, c1, c12, ref h1, ref l1);
                ExactProduct.Accumulate<TS, TSD, TSL>(TS.Load(ref w2, i), v, c1, c12, ref h2, ref l2);
                ExactProduct.Accumulate<TS, TSD, TSL>(TS.Load(ref w3, i), v, c1, c12, ref h3, ref l3);
            }
            sums.High0 += TS.Sum(h0);
            sums.High1 += TS.Sum(h1);
            sums.High2 += TS.Sum(h2);
            sums.High3 += TS.Sum(h3);
            sums.Low0 += TS.Sum(l0);
            sums.Low1 += TS.Sum(l1);
            sums.Low2 += TS.Sum(l2);
            sums.Low3 += TS.Sum(l3);
            return i;
        }
    }
}
