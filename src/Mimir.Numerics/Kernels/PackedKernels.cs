using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Kernels;

/// <summary>
/// Products of a matrix that lies packed to 50 bits with one vector, for one register width: elements are unpacked on their way from memory, which is what such a product
/// waits for. A row starts at a whole number of eight elements. All widths give identical results; constant time.
/// </summary>
internal abstract class PackedKernels
{
    /// <summary>One element at a time.</summary>
    public static readonly PackedKernels Scalar = new PackedKernels<SimdScalar, double, long, PackedScalar>();

    /// <summary>128-bit registers.</summary>
    public static readonly PackedKernels Vector128Path = new PackedKernels<Simd128, Vector128<double>, Vector128<long>, Packed128>();

    /// <summary>256-bit registers.</summary>
    public static readonly PackedKernels Vector256Path = new PackedKernels<Simd256, Vector256<double>, Vector256<long>, Packed256>();

    /// <summary>512-bit registers and byte permutations.</summary>
    public static readonly PackedKernels Vector512Path = new PackedKernels<Simd512, Vector512<double>, Vector512<long>, Packed512>();

    /// <summary>The widest registers for which this machine has what it takes.</summary>
    public static readonly PackedKernels Best = Select();

    /// <summary>
    /// destination[r] = Σ_c w[r][c]·x[c]. <paramref name="w"/> is the first row's first byte, <paramref name="stride"/> counts bytes; behind the last row
    /// <see cref="PackedLoads.BytesBehind"/> more must be readable.
    /// </summary>
    public abstract void Multiply(ref byte w, int rows, int columns, nint stride, ReadOnlySpan<double> x, Span<double> destination);

    /// <summary>destination[c] = Σ_r w[r][c]·x[r]. <paramref name="w"/> is the first wanted column's byte in the first row, a multiple of eight elements from its start.</summary>
    public abstract void MultiplyTransposed(ref byte w, int rows, int columns, nint stride, ReadOnlySpan<double> x, Span<double> destination);

    /// <summary>destination = columns elements of each of some rows, one row behind the other; fetches what lies <paramref name="ahead"/> bytes further.</summary>
    public abstract void Unpack(ref byte w, int rows, int columns, nint stride, nint ahead, Span<double> destination);

    private static PackedKernels Select()
    {
        if (FieldKernels.Best == FieldKernels.Vector512Path && Packed512.IsSupported) return Vector512Path;
        if (Vector256.IsHardwareAccelerated && Avx2.IsSupported && Fma.IsSupported && BitConverter.IsLittleEndian) return Vector256Path;
        return FieldKernels.Best == FieldKernels.Vector128Path ? Vector128Path : Scalar;
    }
}

/// <inheritdoc/>
internal sealed class PackedKernels<TSimd, TD, TL, TPacked> : PackedKernels
    where TSimd : ISimd<TD, TL>
    where TD : struct
    where TL : struct
    where TPacked : struct, IPackedLoads<TPacked, TD>
{
    private const int RowsPerPass = 4;

    // Sums of so many columns stay in the first-level cache.
    private const int TileColumns = 2048;

    public override void Multiply(ref byte w, int rows, int columns, nint stride, ReadOnlySpan<double> x, Span<double> destination)
    {
        destination[..rows].Clear();
        for (int row = 0; row < rows; row += RowsPerPass)
        {
            int present = Math.Min(RowsPerPass, rows - row);
            for (int column = 0; column < columns; column += ExactProduct.MaximumTerms)
            {
                int width = Math.Min(ExactProduct.MaximumTerms, columns - column);
                // Rows that do not exist repeat the last one; their sums are dropped.
                ref byte w0 = ref Unsafe.Add(ref w, row * stride + (nint)PackedLoads.Start((nuint)column));
                ref byte w1 = ref Unsafe.Add(ref w0, Math.Min(1, present - 1) * stride);
                ref byte w2 = ref Unsafe.Add(ref w0, Math.Min(2, present - 1) * stride);
                ref byte w3 = ref Unsafe.Add(ref w0, Math.Min(3, present - 1) * stride);
                ref double v = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), column);
                RowSums s = default;
                nuint ahead = (nuint)(RowsPerPass * stride);
                nuint i = FourRows<TSimd, TD, TL, TPacked>(ref w0, ref w1, ref w2, ref w3, ref v, 0, (nuint)width, ahead, ref s);
                FourRows<SimdScalar, double, long, PackedScalar>(ref w0, ref w1, ref w2, ref w3, ref v, i, (nuint)width, ahead, ref s);
                Span<double> outputs = destination.Slice(row, present);
                outputs[0] = Field.Add(outputs[0], ExactProduct.Finish(s.High0, s.Low0, width));
                if (present > 1) outputs[1] = Field.Add(outputs[1], ExactProduct.Finish(s.High1, s.Low1, width));
                if (present > 2) outputs[2] = Field.Add(outputs[2], ExactProduct.Finish(s.High2, s.Low2, width));
                if (present > 3) outputs[3] = Field.Add(outputs[3], ExactProduct.Finish(s.High3, s.Low3, width));
            }
        }
    }

    public override void MultiplyTransposed(ref byte w, int rows, int columns, nint stride, ReadOnlySpan<double> x, Span<double> destination)
    {
        destination[..columns].Clear();
        int tile = Math.Min(columns, TileColumns);
        AlignedScratch scratch = new(2 * tile);
        try
        {
            Span<long> sums = scratch.Integers;
            for (int row = 0; row < rows; row += ExactProduct.MaximumTerms)
            {
                int height = Math.Min(ExactProduct.MaximumTerms, rows - row);
                for (int column = 0; column < columns; column += tile)
                {
                    int width = Math.Min(tile, columns - column);
                    sums.Clear();
                    SumTile(ref Unsafe.Add(ref w, row * stride + (nint)PackedLoads.Start((nuint)column)), height, width, stride, x.Slice(row, height), sums, tile);
                    FieldKernels<TSimd, TD, TL>.AddSums(sums, tile, height, destination.Slice(column, width));
                }
            }
        }
        finally
        {
            scratch.Dispose();
        }
    }

    public override void Unpack(ref byte w, int rows, int columns, nint stride, nint ahead, Span<double> destination)
    {
        for (int row = 0; row < rows; row++)
        {
            ref byte source = ref Unsafe.Add(ref w, row * stride);
            ref double target = ref MemoryMarshal.GetReference(destination.Slice(row * columns, columns));
            nuint i = OneRow<TSimd, TD, TL, TPacked>(ref source, ref target, 0, (nuint)columns, (nuint)ahead);
            OneRow<SimdScalar, double, long, PackedScalar>(ref source, ref target, i, (nuint)columns, (nuint)ahead);
        }
    }

    private static void SumTile(ref byte w, int height, int width, nint stride, ReadOnlySpan<double> xs, Span<long> sums, int tile)
    {
        Span<double> x = stackalloc double[RowsPerPass];
        ref long high = ref sums[0];
        ref long low = ref sums[tile];
        for (int r = 0; r < height; r += RowsPerPass)
        {
            int present = Math.Min(RowsPerPass, height - r);
            // Rows that do not exist are multiplied by zero.
            x.Clear();
            xs.Slice(r, present).CopyTo(x);
            ref byte w0 = ref Unsafe.Add(ref w, r * stride);
            ref byte w1 = ref Unsafe.Add(ref w0, Math.Min(1, present - 1) * stride);
            ref byte w2 = ref Unsafe.Add(ref w0, Math.Min(2, present - 1) * stride);
            ref byte w3 = ref Unsafe.Add(ref w0, Math.Min(3, present - 1) * stride);
            nuint ahead = (nuint)(RowsPerPass * stride);
            nuint i = FourColumnSums<TSimd, TD, TL, TPacked>(ref w0, ref w1, ref w2, ref w3, x, 0, (nuint)width, ahead, ref high, ref low);
            FourColumnSums<SimdScalar, double, long, PackedScalar>(ref w0, ref w1, ref w2, ref w3, x, i, (nuint)width, ahead, ref high, ref low);
        }
        x.Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint OneRow<TS, TSD, TSL, TP>(ref byte source, ref double target, nuint i, nuint length, nuint ahead)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
        where TP : struct, IPackedLoads<TP, TSD>
    {
        unchecked
        {
            TP packed = TP.Create();
            for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
            {
                TS.Prefetch(ref Unsafe.As<byte, double>(ref Unsafe.Add(ref source, PackedLoads.Start(i) + ahead)), 0);
                TS.Store(packed.Load(ref source, i), ref target, i);
            }
            return i;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint FourRows<TS, TSD, TSL, TP>(
        ref byte w0, ref byte w1, ref byte w2, ref byte w3, ref double x, nuint i, nuint length, nuint ahead, ref RowSums sums)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
        where TP : struct, IPackedLoads<TP, TSD>
    {
        unchecked
        {
            TP packed = TP.Create();
            TSD c1 = TS.Broadcast(ExactProduct.C1), c12 = TS.Broadcast(ExactProduct.C1PlusC2);
            TSL h0 = TS.BroadcastLong(0), h1 = h0, h2 = h0, h3 = h0, l0 = h0, l1 = h0, l2 = h0, l3 = h0;
            for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
            {
                TSD v = TS.Load(ref x, i);
                Prefetch<TS, TSD, TSL>(ref w0, ref w1, ref w2, ref w3, PackedLoads.Start(i) + ahead);
                ExactProduct.Accumulate<TS, TSD, TSL>(packed.Load(ref w0, i), v, c1, c12, ref h0, ref l0);
                ExactProduct.Accumulate<TS, TSD, TSL>(packed.Load(ref w1, i), v, c1, c12, ref h1, ref l1);
                ExactProduct.Accumulate<TS, TSD, TSL>(packed.Load(ref w2, i), v, c1, c12, ref h2, ref l2);
                ExactProduct.Accumulate<TS, TSD, TSL>(packed.Load(ref w3, i), v, c1, c12, ref h3, ref l3);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint FourColumnSums<TS, TSD, TSL, TP>(
        ref byte w0, ref byte w1, ref byte w2, ref byte w3, ReadOnlySpan<double> x, nuint i, nuint length, nuint ahead, ref long high, ref long low)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
        where TP : struct, IPackedLoads<TP, TSD>
    {
        unchecked
        {
            TP packed = TP.Create();
            TSD c1 = TS.Broadcast(ExactProduct.C1), c12 = TS.Broadcast(ExactProduct.C1PlusC2);
            TSD x0 = TS.Broadcast(x[0]), x1 = TS.Broadcast(x[1]), x2 = TS.Broadcast(x[2]), x3 = TS.Broadcast(x[3]);
            for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
            {
                Prefetch<TS, TSD, TSL>(ref w0, ref w1, ref w2, ref w3, PackedLoads.Start(i) + ahead);
                TSL h = TS.LoadLong(ref high, i), l = TS.LoadLong(ref low, i);
                ExactProduct.Accumulate<TS, TSD, TSL>(packed.Load(ref w0, i), x0, c1, c12, ref h, ref l);
                ExactProduct.Accumulate<TS, TSD, TSL>(packed.Load(ref w1, i), x1, c1, c12, ref h, ref l);
                ExactProduct.Accumulate<TS, TSD, TSL>(packed.Load(ref w2, i), x2, c1, c12, ref h, ref l);
                ExactProduct.Accumulate<TS, TSD, TSL>(packed.Load(ref w3, i), x3, c1, c12, ref h, ref l);
                TS.StoreLong(h, ref high, i);
                TS.StoreLong(l, ref low, i);
            }
            return i;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch<TS, TSD, TSL>(ref byte w0, ref byte w1, ref byte w2, ref byte w3, nuint at)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        unchecked
        {
            TS.Prefetch(ref Unsafe.As<byte, double>(ref Unsafe.Add(ref w0, at)), 0);
            TS.Prefetch(ref Unsafe.As<byte, double>(ref Unsafe.Add(ref w1, at)), 0);
            TS.Prefetch(ref Unsafe.As<byte, double>(ref Unsafe.Add(ref w2, at)), 0);
            TS.Prefetch(ref Unsafe.As<byte, double>(ref Unsafe.Add(ref w3, at)), 0);
        }
    }
}
