using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Kernels;

/// <content>
/// W·X for several vectors with half the multiplications (Winograd 1968): over pairs (a, b) of columns,
/// Σ (w_a + x_b)·(w_b + x_a) = w·x + Σ w_a·w_b + Σ x_a·x_b. The second sum is what the vector 0 gives, the third what the row 0 gives.
/// The sums in parentheses stay below 2^51, so their products stay below 2^102, within what <see cref="ExactProduct"/> splits exactly.
/// A block of four rows meets two vectors at a time.
/// </content>
internal sealed partial class FieldKernels<TSimd, TD, TL>
{
    // Columns come in blocks of two registers of the widest kind; what is missing is zero.
    private const int PairBlock = 16;

    // Four rows and two vectors of this width stay in the first-level cache.
    private const int PairedColumns = 768;

    private const int PanelRows = 64;

    private static void MultiplyPaired(
        ReadOnlySpan<double> w, int rows, int columns, int stride, ReadOnlySpan<double> xs, int count, Span<double> destination, int pitch)
    {
        int tile = Math.Min(PairedColumns, Padded(columns));
        using AlignedScratch packed = new(checked((count + RowsPerPass) * tile));
        using AlignedScratch tail = new(RowsPerPass * PairBlock);
        using AlignedScratch sums = new(2 * (count + 1) * (PanelRows + 1));
        for (int column = 0; column < columns; column += tile)
        {
            int width = Math.Min(tile, columns - column);
            PairedTile panel = new(packed.Elements, width, count, sums.Integers);
            panel.Pack(xs[column..], columns);
            SumVectors(panel);
            for (int row = 0; row < rows; row += PanelRows)
            {
                int height = Math.Min(PanelRows, rows - row);
                panel.ClearSums();
                for (int r = 0; r < height; r += RowsPerPass)
                {
                    int present = Math.Min(RowsPerPass, height - r);
                    ReadOnlySpan<double> block = w[(int)((nint)(row + r) * stride + column)..];
                    SumRows(block, present, stride, panel, r, tail.Elements);
                }
                for (int v = 0; v < count; v++) FinishPaired(panel, v, destination.Slice(v * pitch + row, height));
            }
        }
    }

    private static int Padded(int length) => (length + PairBlock - 1) / PairBlock * PairBlock;

    // The sums of four rows with all vectors and with 0.
    private static void SumRows(ReadOnlySpan<double> block, int present, int stride, in PairedTile panel, int r, Span<double> tail)
    {
        int whole = panel.Width / PairBlock * PairBlock, rest = panel.Width - whole;
        // Rows that do not exist repeat the last one; their sums are dropped.
        nint s1 = (nint)Math.Min(1, present - 1) * stride, s2 = (nint)Math.Min(2, present - 1) * stride, s3 = (nint)Math.Min(3, present - 1) * stride;
        ref double w = ref MemoryMarshal.GetReference(block);
        SumBlock(ref w, ref Unsafe.Add(ref w, s1), ref Unsafe.Add(ref w, s2), ref Unsafe.Add(ref w, s3),
            panel, 0, whole, (nuint)RowsPerPass * (nuint)stride, r);
        if (rest == 0) return;
        for (int i = 0; i < RowsPerPass; i++)
            block.Slice(Math.Min(i, present - 1) * stride + whole, rest).CopyTo(tail[(i * PairBlock)..]);
        SumBlock(ref tail[0], ref tail[PairBlock], ref tail[2 * PairBlock], ref tail[3 * PairBlock], panel, whole, PairBlock, 0, r);
    }

    private static void SumBlock(
        ref double w0, ref double w1, ref double w2, ref double w3, in PairedTile panel, int column, int width, nuint ahead, int r)
    {
        // Meanwhile the next four rows come in: one row per pass, two where there are fewer than four passes.
        int passes = panel.Count / 2 + panel.Count % 2 + 1;
        for (int v = 0, pass = 0; v <= panel.Count; pass++)
        {
            int row = passes < RowsPerPass ? 2 * pass : pass;
            nuint distance = row < RowsPerPass ? ahead : 0;
            ref double next0 = ref row < 2 ? ref (row == 0 ? ref w0 : ref w1) : ref (row == 2 ? ref w2 : ref w3);
            ref double next1 = ref passes >= RowsPerPass ? ref next0 : ref (row == 0 ? ref w1 : ref w3);
            if (v + 2 <= panel.Count)
            {
                FourByTwo(ref w0, ref w1, ref w2, ref w3, ref panel.Vector(v, column), ref panel.Vector(v + 1, column), (nuint)width,
                    ref next0, ref next1, distance, ref panel.High(v, r), ref panel.Low(v, r), ref panel.High(v + 1, r), ref panel.Low(v + 1, r));
                v += 2;
            }
            else
            {
                FourByOne(ref w0, ref w1, ref w2, ref w3, ref panel.Vector(v, column), (nuint)width,
                    ref next0, ref next1, distance, ref panel.High(v, r), ref panel.Low(v, r));
                v++;
            }
        }
    }

    // The sums of each vector with the row 0.
    private static void SumVectors(in PairedTile panel)
    {
        Span<long> high = stackalloc long[RowsPerPass], low = stackalloc long[RowsPerPass];
        for (int v = 0; v < panel.Count; v += RowsPerPass)
        {
            high.Clear();
            low.Clear();
            FourByOne(ref panel.Vector(v, 0), ref panel.Vector(v + 1, 0), ref panel.Vector(v + 2, 0), ref panel.Vector(v + 3, 0),
                ref panel.Vector(panel.Count, 0), (nuint)Padded(panel.Width),
                ref panel.Vector(v, 0), ref panel.Vector(v, 0), 0, ref high[0], ref low[0]);
            for (int i = 0; i < RowsPerPass && v + i < panel.Count; i++) panel.SetOffset(v + i, high[i], low[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByTwo(
        ref double w0, ref double w1, ref double w2, ref double w3, ref double x, ref double y, nuint length,
        ref double next0, ref double next1, nuint ahead, ref long highX, ref long lowX, ref long highY, ref long lowY)
    {
        unchecked
        {
            TD c1 = TSimd.Broadcast(ExactProduct.C1), c12 = TSimd.Broadcast(ExactProduct.C1PlusC2);
            TL h0 = TSimd.BroadcastLong(0), h1 = h0, h2 = h0, h3 = h0, l0 = h0, l1 = h0, l2 = h0, l3 = h0;
            TL g0 = h0, g1 = h0, g2 = h0, g3 = h0, k0 = h0, k1 = h0, k2 = h0, k3 = h0;
            nuint b = (nuint)TSimd.Count;
            for (nuint i = 0; i < length; i += 2 * (nuint)TSimd.Count)
            {
                PrefetchBoth(ref next0, ref next1, i + ahead);
                TD xa = TSimd.Load(ref x, i), xb = TSimd.Load(ref x, i + b), ya = TSimd.Load(ref y, i), yb = TSimd.Load(ref y, i + b);
                AccumulatePair(ref w0, i, xa, xb, c1, c12, ref h0, ref l0);
                AccumulatePair(ref w0, i, ya, yb, c1, c12, ref g0, ref k0);
                AccumulatePair(ref w1, i, xa, xb, c1, c12, ref h1, ref l1);
                AccumulatePair(ref w1, i, ya, yb, c1, c12, ref g1, ref k1);
                AccumulatePair(ref w2, i, xa, xb, c1, c12, ref h2, ref l2);
                AccumulatePair(ref w2, i, ya, yb, c1, c12, ref g2, ref k2);
                AccumulatePair(ref w3, i, xa, xb, c1, c12, ref h3, ref l3);
                AccumulatePair(ref w3, i, ya, yb, c1, c12, ref g3, ref k3);
            }
            TSimd.AddSums(ref highX, h0, h1, h2, h3);
            TSimd.AddSums(ref lowX, l0, l1, l2, l3);
            TSimd.AddSums(ref highY, g0, g1, g2, g3);
            TSimd.AddSums(ref lowY, k0, k1, k2, k3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByOne(
        ref double w0, ref double w1, ref double w2, ref double w3, ref double x, nuint length,
        ref double next0, ref double next1, nuint ahead, ref long high, ref long low)
    {
        unchecked
        {
            TD c1 = TSimd.Broadcast(ExactProduct.C1), c12 = TSimd.Broadcast(ExactProduct.C1PlusC2);
            TL h0 = TSimd.BroadcastLong(0), h1 = h0, h2 = h0, h3 = h0, l0 = h0, l1 = h0, l2 = h0, l3 = h0;
            for (nuint i = 0; i < length; i += 2 * (nuint)TSimd.Count)
            {
                PrefetchBoth(ref next0, ref next1, i + ahead);
                TD xa = TSimd.Load(ref x, i), xb = TSimd.Load(ref x, i + (nuint)TSimd.Count);
                AccumulatePair(ref w0, i, xa, xb, c1, c12, ref h0, ref l0);
                AccumulatePair(ref w1, i, xa, xb, c1, c12, ref h1, ref l1);
                AccumulatePair(ref w2, i, xa, xb, c1, c12, ref h2, ref l2);
                AccumulatePair(ref w3, i, xa, xb, c1, c12, ref h3, ref l3);
            }
            TSimd.AddSums(ref high, h0, h1, h2, h3);
            TSimd.AddSums(ref low, l0, l1, l2, l3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchBoth(ref double next0, ref double next1, nuint i)
    {
        TSimd.Prefetch(ref next0, i);
        TSimd.Prefetch(ref next1, i);
        TSimd.Prefetch(ref next0, unchecked(i + (nuint)TSimd.Count));
        TSimd.Prefetch(ref next1, unchecked(i + (nuint)TSimd.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AccumulatePair(ref double w, nuint i, TD xa, TD xb, TD c1, TD c12, ref TL high, ref TL low) =>
        ExactProduct.Accumulate<TSimd, TD, TL>(
            TSimd.Add(xb, TSimd.Load(ref w, i)), TSimd.Add(xa, TSimd.Load(ref w, unchecked(i + (nuint)TSimd.Count))), c1, c12, ref high, ref low);

    private static void FinishPaired(in PairedTile panel, int v, Span<double> destination)
    {
        // Three sums of equally many products each carry that many biases: one of them is left over.
        long terms = Padded(panel.Width) / 2;
        (long offsetHigh, long offsetLow) = panel.Offset(v);
        long biasHigh = unchecked(terms * ExactProduct.C1Bits - offsetHigh), biasLow = unchecked(terms * ExactProduct.C2Bits - offsetLow);
        ref double d = ref MemoryMarshal.GetReference(destination);
        nuint i = FinishPairedLoop<TSimd, TD, TL>(panel, v, biasHigh, biasLow, ref d, 0, (nuint)destination.Length);
        FinishPairedLoop<SimdScalar, double, long>(panel, v, biasHigh, biasLow, ref d, i, (nuint)destination.Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint FinishPairedLoop<TS, TSD, TSL>(
        in PairedTile panel, int v, long biasHigh, long biasLow, ref double d, nuint i, nuint length)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        unchecked
        {
            ref long high = ref panel.High(v, 0), low = ref panel.Low(v, 0);
            ref long rowHigh = ref panel.High(panel.Count, 0), rowLow = ref panel.Low(panel.Count, 0);
            TSL plusHigh = TS.BroadcastLong(biasHigh), plusLow = TS.BroadcastLong(biasLow);
            for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
            {
                TSL h = TS.AddLong(TS.SubtractLong(TS.LoadLong(ref high, i), TS.LoadLong(ref rowHigh, i)), plusHigh);
                TSL l = TS.AddLong(TS.SubtractLong(TS.LoadLong(ref low, i), TS.LoadLong(ref rowLow, i)), plusLow);
                TS.Store(FieldLanes<TS, TSD, TSL>.Add(TS.Load(ref d, i), FieldLanes<TS, TSD, TSL>.Combine(h, l)), ref d, i);
            }
            return i;
        }
    }

    /// <summary>Some columns of all vectors, packed and padded with zeros, the vector 0 behind them; and the sums over a panel of rows.</summary>
    private readonly ref struct PairedTile(Span<double> packed, int width, int count, Span<long> sums)
    {
        private readonly Span<double> _packed = packed;
        private readonly Span<long> _sums = sums;

        public int Width { get; } = width;

        public int Count { get; } = count;

        public ref double Vector(int v, int column) => ref _packed[v * Padded(Width) + column];

        public ref long High(int v, int row) => ref _sums[2 * v * PanelRows + row];

        public ref long Low(int v, int row) => ref _sums[(2 * v + 1) * PanelRows + row];

        /// <summary>The sums of vector v with the row 0.</summary>
        public (long High, long Low) Offset(int v) => (_sums[Offsets + 2 * v], _sums[Offsets + 2 * v + 1]);

        private int Offsets => 2 * (Count + 1) * PanelRows;

        public void SetOffset(int v, long high, long low) => (_sums[Offsets + 2 * v], _sums[Offsets + 2 * v + 1]) = (high, low);

        public void ClearSums() => _sums[..Offsets].Clear();

        public void Pack(ReadOnlySpan<double> xs, int columns)
        {
            int padded = Padded(Width);
            _packed[..((Count + RowsPerPass) * padded)].Clear();
            for (int v = 0; v < Count; v++) xs.Slice(v * columns, Width).CopyTo(_packed[(v * padded)..]);
        }
    }
}
