using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Kernels;

/// <content>
/// Wᵀ·X for several vectors with half the multiplications, as in W·X, over pairs of rows: sixteen rows of a register's columns meet all
/// vectors, and 0, while they are in registers.
/// </content>
internal sealed partial class FieldKernels<TSimd, TD, TL>
{
    private const int GroupRows = 16;
    private const int HalfGroup = GroupRows / 2;

    // What two sums per column and vector take in the second-level cache.
    private const int SumsInCache = 1 << 15;

    private static void MultiplyTransposedPaired(
        ReadOnlySpan<double> w, int rows, int columns, int stride, ReadOnlySpan<double> xs, int count, Span<double> destination, int pitch)
    {
        int block = Math.Min(rows, ExactProduct.MaximumTerms);
        int groups = (block + GroupRows - 1) / GroupRows;
        int tile = Math.Min(columns, Math.Max(PairBlock, SumsInCache / (2 * (count + 1)) / PairBlock * PairBlock));
        using AlignedScratch packed = new(checked(groups * (count + 1) * GroupRows));
        using AlignedScratch sums = new(checked(2 * (count + 1) * tile));
        using AlignedScratch offsets = new(2 * count);
        using AlignedScratch tail = new(GroupRows * tile);
        for (int row = 0; row < rows; row += block)
        {
            int height = Math.Min(block, rows - row);
            PackGroups(xs, rows, row, height, count, packed.Elements);
            SumGroups(packed.Elements, (height + GroupRows - 1) / GroupRows, count, offsets.Integers);
            for (int column = 0; column < columns; column += tile)
            {
                int width = Math.Min(tile, columns - column);
                sums.Integers.Clear();
                for (int r = 0; r < height; r += GroupRows)
                {
                    ReadOnlySpan<double> group = w[(int)((nint)(row + r) * stride + column)..];
                    int present = Math.Min(GroupRows, height - r), step = stride;
                    if (present < GroupRows)
                    {
                        // Rows that do not exist are zero.
                        tail.Elements.Clear();
                        for (int i = 0; i < present; i++) group.Slice(i * stride, width).CopyTo(tail.Elements[(i * width)..]);
                        group = tail.Elements;
                        step = width;
                    }
                    ReadOnlySpan<double> x = packed.Elements.Slice(r * (count + 1), (count + 1) * GroupRows);
                    nuint ahead = r + GroupRows < height ? (nuint)GroupRows * (nuint)stride : 0;
                    nuint done = SumGroup<TSimd, TD, TL>(group, (nuint)step, x, 0, (nuint)width, ahead, sums.Integers);
                    SumGroup<SimdScalar, double, long>(group, (nuint)step, x, done, (nuint)width, ahead, sums.Integers);
                }
                long terms = (height + GroupRows - 1) / GroupRows * HalfGroup;
                for (int v = 0; v < count; v++)
                    FinishColumns(sums.Integers, count, v, terms, offsets.Integers, destination.Slice(v * pitch + column, width));
            }
        }
    }

    // Group by group, vector by vector, sixteen elements; the vector 0 last.
    private static void PackGroups(ReadOnlySpan<double> xs, int rows, int row, int height, int count, Span<double> packed)
    {
        packed.Clear();
        for (int v = 0; v < count; v++)
            for (int r = 0; r < height; r += GroupRows)
                xs.Slice(v * rows + row + r, Math.Min(GroupRows, height - r)).CopyTo(packed[(r * (count + 1) + v * GroupRows)..]);
    }

    // Σ x_a·x_b of each vector: high sums, then low sums.
    private static void SumGroups(ReadOnlySpan<double> packed, int groups, int count, Span<long> offsets)
    {
        for (int v = 0; v < count; v++)
        {
            long high = 0, low = 0;
            SumGroupPairs(ref Unsafe.Add(ref MemoryMarshal.GetReference(packed), v * GroupRows), groups, (nuint)(count + 1) * GroupRows, ref high, ref low);
            (offsets[v], offsets[count + v]) = (high, low);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumGroupPairs(ref double x, int groups, nuint step, ref long high, ref long low)
    {
        unchecked
        {
            TD c1 = TSimd.Broadcast(ExactProduct.C1), c12 = TSimd.Broadcast(ExactProduct.C1PlusC2);
            TL h = TSimd.BroadcastLong(0), l = h;
            nuint at = 0;
            for (int g = 0; g < groups; g++, at += step)
                for (nuint j = 0; j < HalfGroup; j += (nuint)TSimd.Count)
                    ExactProduct.Accumulate<TSimd, TD, TL>(TSimd.Load(ref x, at + j), TSimd.Load(ref x, at + j + HalfGroup), c1, c12, ref h, ref l);
            high = TSimd.Sum(h);
            low = TSimd.Sum(l);
        }
    }

    // Row k is paired with row k + 8. The sums of a register's columns lie together: per vector high, then low.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint SumGroup<TS, TSD, TSL>(
        ReadOnlySpan<double> group, nuint stride, ReadOnlySpan<double> xs, nuint i, nuint length, nuint ahead, Span<long> sums)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        unchecked
        {
            ref double w = ref MemoryMarshal.GetReference(group);
            ref long s = ref MemoryMarshal.GetReference(sums);
            TSD c1 = TS.Broadcast(ExactProduct.C1), c12 = TS.Broadcast(ExactProduct.C1PlusC2);
            nuint vectors = (nuint)xs.Length / GroupRows, width = (nuint)TS.Count;
            for (; i + width <= length; i += width)
            {
                nuint at = i;
                TSD w0 = Next<TS, TSD, TSL>(ref w, ref at, stride, ahead), w1 = Next<TS, TSD, TSL>(ref w, ref at, stride, ahead);
                TSD w2 = Next<TS, TSD, TSL>(ref w, ref at, stride, ahead), w3 = Next<TS, TSD, TSL>(ref w, ref at, stride, ahead);
                TSD w4 = Next<TS, TSD, TSL>(ref w, ref at, stride, ahead), w5 = Next<TS, TSD, TSL>(ref w, ref at, stride, ahead);
                TSD w6 = Next<TS, TSD, TSL>(ref w, ref at, stride, ahead), w7 = Next<TS, TSD, TSL>(ref w, ref at, stride, ahead);
                TSD w8 = Next<TS, TSD, TSL>(ref w, ref at, stride, ahead), w9 = Next<TS, TSD, TSL>(ref w, ref at, stride, ahead);
                TSD wa = Next<TS, TSD, TSL>(ref w, ref at, stride, ahead), wb = Next<TS, TSD, TSL>(ref w, ref at, stride, ahead);
                TSD wc = Next<TS, TSD, TSL>(ref w, ref at, stride, ahead), wd = Next<TS, TSD, TSL>(ref w, ref at, stride, ahead);
                TSD we = Next<TS, TSD, TSL>(ref w, ref at, stride, ahead), wf = Next<TS, TSD, TSL>(ref w, ref at, stride, ahead);
                ref double x = ref MemoryMarshal.GetReference(xs);
                nuint sum = 2 * i * vectors;
                for (nuint v = 0; v < vectors; v++)
                {
                    TSL h = TS.LoadLong(ref s, sum), l = TS.LoadLong(ref s, sum + width);
                    AccumulateRows<TS, TSD, TSL>(w0, w8, ref x, 0, c1, c12, ref h, ref l);
                    AccumulateRows<TS, TSD, TSL>(w1, w9, ref x, 1, c1, c12, ref h, ref l);
                    AccumulateRows<TS, TSD, TSL>(w2, wa, ref x, 2, c1, c12, ref h, ref l);
                    AccumulateRows<TS, TSD, TSL>(w3, wb, ref x, 3, c1, c12, ref h, ref l);
                    AccumulateRows<TS, TSD, TSL>(w4, wc, ref x, 4, c1, c12, ref h, ref l);
                    AccumulateRows<TS, TSD, TSL>(w5, wd, ref x, 5, c1, c12, ref h, ref l);
                    AccumulateRows<TS, TSD, TSL>(w6, we, ref x, 6, c1, c12, ref h, ref l);
                    AccumulateRows<TS, TSD, TSL>(w7, wf, ref x, 7, c1, c12, ref h, ref l);
                    TS.StoreLong(h, ref s, sum);
                    TS.StoreLong(l, ref s, sum + width);
                    sum += 2 * width;
                    x = ref Unsafe.Add(ref x, GroupRows);
                }
            }
            return i;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSD Next<TS, TSD, TSL>(ref double w, ref nuint at, nuint stride, nuint ahead)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        unchecked
        {
            TS.Prefetch(ref w, at + ahead);
            TSD row = TS.Load(ref w, at);
            at += stride;
            return row;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AccumulateRows<TS, TSD, TSL>(TSD a, TSD b, ref double x, nint k, TSD c1, TSD c12, ref TSL high, ref TSL low)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct =>
        ExactProduct.Accumulate<TS, TSD, TSL>(
            TS.Add(a, TS.Broadcast(Unsafe.Add(ref x, k + HalfGroup))), TS.Add(b, TS.Broadcast(Unsafe.Add(ref x, k))), c1, c12, ref high, ref low);

    private static void FinishColumns(ReadOnlySpan<long> sums, int count, int v, long terms, ReadOnlySpan<long> offsets, Span<double> destination)
    {
        long biasHigh = unchecked(terms * ExactProduct.C1Bits - offsets[v]), biasLow = unchecked(terms * ExactProduct.C2Bits - offsets[count + v]);
        ref long s = ref MemoryMarshal.GetReference(sums);
        nuint i = FinishColumnsLoop<TSimd, TD, TL>(ref s, (nuint)count, (nuint)v, biasHigh, biasLow, destination, 0);
        FinishColumnsLoop<SimdScalar, double, long>(ref s, (nuint)count, (nuint)v, biasHigh, biasLow, destination, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint FinishColumnsLoop<TS, TSD, TSL>(
        ref long sums, nuint count, nuint v, long biasHigh, long biasLow, Span<double> destination, nuint i)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        unchecked
        {
            ref double d = ref MemoryMarshal.GetReference(destination);
            TSL plusHigh = TS.BroadcastLong(biasHigh), plusLow = TS.BroadcastLong(biasLow);
            for (nuint width = (nuint)TS.Count; i + width <= (nuint)destination.Length; i += width)
            {
                nuint first = 2 * i * (count + 1), sum = first + 2 * v * width, zero = first + 2 * count * width;
                TSL h = TS.AddLong(TS.SubtractLong(TS.LoadLong(ref sums, sum), TS.LoadLong(ref sums, zero)), plusHigh);
                TSL l = TS.AddLong(TS.SubtractLong(TS.LoadLong(ref sums, sum + width), TS.LoadLong(ref sums, zero + width)), plusLow);
                TS.Store(FieldLanes<TS, TSD, TSL>.Add(TS.Load(ref d, i), FieldLanes<TS, TSD, TSL>.Combine(h, l)), ref d, i);
            }
            return i;
        }
    }
}
