using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Kernels;

/// <content>Sums down columns: Wᵀ·x, reading W once, row by row.</content>
internal sealed partial class FieldKernels<TSimd, TD, TL>
{
    public override void MultiplyTransposedMatrix(
        ReadOnlySpan<double> w, int rows, int columns, int stride, ReadOnlySpan<double> xs, int count, Span<double> destination, int pitch)
    {
        for (int v = 0; v < count; v++) destination.Slice(v * pitch, columns).Clear();
        if (count > 1)
        {
            MultiplyTransposedPaired(w, rows, columns, stride, xs, count, destination, pitch);
            return;
        }
        int tile = Math.Min(columns, Math.Max(TileColumns, 4 * TileColumns / Math.Max(count, 1)));
        // Per vector the high sums of a tile, then its low sums.
        int length = 2 * tile * count;
        long[] rented = ArrayPool<long>.Shared.Rent(length);
        try
        {
            Span<long> sums = rented.AsSpan(0, length);
            for (int row = 0; row < rows; row += ExactProduct.MaximumTerms)
            {
                int height = Math.Min(ExactProduct.MaximumTerms, rows - row);
                for (int column = 0; column < columns; column += tile)
                {
                    int width = Math.Min(tile, columns - column);
                    sums.Clear();
                    SumTile(w, row, height, column, width, stride, xs, rows, count, sums, tile);
                    for (int v = 0; v < count; v++)
                        AddSums(sums.Slice(2 * v * tile, 2 * tile), tile, height, destination.Slice(v * pitch + column, width));
                }
            }
        }
        finally
        {
            rented.AsSpan(0, length).Clear();
            ArrayPool<long>.Shared.Return(rented);
        }
    }

    private static void SumTile(
        ReadOnlySpan<double> w, int row, int height, int column, int width, int stride,
        ReadOnlySpan<double> xs, int rows, int count, Span<long> sums, int tile)
    {
        Span<double> x = stackalloc double[RowsPerPass];
        for (int r = 0; r < height; r += RowsPerPass)
        {
            int present = Math.Min(RowsPerPass, height - r);
            ReadOnlySpan<double> block = w[(int)((nint)(row + r) * stride + column)..];
            ref double w0 = ref MemoryMarshal.GetReference(block);
            ref double w1 = ref Unsafe.Add(ref w0, (nint)Math.Min(1, present - 1) * stride);
            ref double w2 = ref Unsafe.Add(ref w0, (nint)Math.Min(2, present - 1) * stride);
            ref double w3 = ref Unsafe.Add(ref w0, (nint)Math.Min(3, present - 1) * stride);
            for (int v = 0; v < count; v++)
            {
                // Rows that do not exist are multiplied by zero.
                x.Clear();
                xs.Slice(v * rows + row + r, present).CopyTo(x);
                nuint ahead = v == 0 ? (nuint)RowsPerPass * (nuint)stride : 0;
                ref long high = ref sums[2 * v * tile];
                ref long low = ref sums[2 * v * tile + tile];
                nuint i = FourColumnSums<TSimd, TD, TL>(ref w0, ref w1, ref w2, ref w3, x, 0, (nuint)width, ahead, ref high, ref low);
                FourColumnSums<SimdScalar, double, long>(ref w0, ref w1, ref w2, ref w3, x, i, (nuint)width, ahead, ref high, ref low);
            }
        }
        x.Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint FourColumnSums<TS, TSD, TSL>(
        ref double w0, ref double w1, ref double w2, ref double w3, ReadOnlySpan<double> x, nuint i, nuint length, nuint ahead,
        ref long high, ref long low)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        unchecked
        {
            TSD c1 = TS.Broadcast(ExactProduct.C1), c12 = TS.Broadcast(ExactProduct.C1PlusC2);
            TSD x0 = TS.Broadcast(x[0]), x1 = TS.Broadcast(x[1]), x2 = TS.Broadcast(x[2]), x3 = TS.Broadcast(x[3]);
            for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
            {
                TS.Prefetch(ref w0, i + ahead);
                TS.Prefetch(ref w1, i + ahead);
                TS.Prefetch(ref w2, i + ahead);
                TS.Prefetch(ref w3, i + ahead);
                TSL h = TS.LoadLong(ref high, i), l = TS.LoadLong(ref low, i);
                ExactProduct.Accumulate<TS, TSD, TSL>(TS.Load(ref w0, i), x0, c1, c12, ref h, ref l);
                ExactProduct.Accumulate<TS, TSD, TSL>(TS.Load(ref w1, i), x1, c1, c12, ref h, ref l);
                ExactProduct.Accumulate<TS, TSD, TSL>(TS.Load(ref w2, i), x2, c1, c12, ref h, ref l);
                ExactProduct.Accumulate<TS, TSD, TSL>(TS.Load(ref w3, i), x3, c1, c12, ref h, ref l);
                TS.StoreLong(h, ref high, i);
                TS.StoreLong(l, ref low, i);
            }
            return i;
        }
    }

    internal static void AddSums(Span<long> sums, int tile, int height, Span<double> destination)
    {
        // A last block that is not full adds products with zero, which are counted too.
        int terms = (height + RowsPerPass - 1) / RowsPerPass * RowsPerPass;
        ref long high = ref sums[0];
        ref long low = ref sums[tile];
        ref double d = ref MemoryMarshal.GetReference(destination);
        nuint i = AddSumsLoop<TSimd, TD, TL>(ref high, ref low, terms, ref d, 0, (nuint)destination.Length);
        AddSumsLoop<SimdScalar, double, long>(ref high, ref low, terms, ref d, i, (nuint)destination.Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint AddSumsLoop<TS, TSD, TSL>(ref long high, ref long low, int terms, ref double d, nuint i, nuint length)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        unchecked
        {
            TSL highBias = TS.BroadcastLong(terms * ExactProduct.C1Bits), lowBias = TS.BroadcastLong(terms * ExactProduct.C2Bits);
            for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
            {
                TSD sum = FieldLanes<TS, TSD, TSL>.Combine(
                    TS.SubtractLong(TS.LoadLong(ref high, i), highBias), TS.SubtractLong(TS.LoadLong(ref low, i), lowBias));
                TS.Store(FieldLanes<TS, TSD, TSL>.Add(TS.Load(ref d, i), sum), ref d, i);
            }
            return i;
        }
    }
}
