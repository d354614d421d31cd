using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Kernels;

/// <content>Passes that return a value or change the representation: sum, validation, fixed point.</content>
internal sealed partial class FieldKernels<TSimd, TD, TL>
{
    public override double Sum(ReadOnlySpan<double> x)
    {
        double total = 0;
        for (int start = 0; start < x.Length; start += ExactProduct.MaximumTerms)
        {
            ReadOnlySpan<double> chunk = x.Slice(start, Math.Min(ExactProduct.MaximumTerms, x.Length - start));
            ref double r = ref MemoryMarshal.GetReference(chunk);
            nuint length = (nuint)chunk.Length, i = 0;
            long sum = SumLoop<TSimd, TD, TL>(ref r, ref i, length);
            sum = unchecked(sum + SumLoop<SimdScalar, double, long>(ref r, ref i, length));
            total = Field.Add(total, Field.Reduce(sum));
        }
        return total;
    }

    public override bool IsCanonical(ReadOnlySpan<double> x)
    {
        ref double r = ref MemoryMarshal.GetReference(x);
        nuint length = (nuint)x.Length, i = 0;
        return CanonicalLoop<TSimd, TD, TL>(ref r, ref i, length) & CanonicalLoop<SimdScalar, double, long>(ref r, ref i, length);
    }

    public override bool Encode(ReadOnlySpan<double> reals, double scale, Span<double> destination)
    {
        ref double r = ref MemoryMarshal.GetReference(reals);
        ref double d = ref MemoryMarshal.GetReference(destination);
        nuint length = (nuint)reals.Length, i = 0;
        return EncodeLoop<TSimd, TD, TL>(ref r, scale, ref d, ref i, length)
            & EncodeLoop<SimdScalar, double, long>(ref r, scale, ref d, ref i, length);
    }

    public override void Decode(ReadOnlySpan<double> x, double scale, Span<double> destination)
    {
        ref double r = ref MemoryMarshal.GetReference(x);
        ref double d = ref MemoryMarshal.GetReference(destination);
        nuint length = (nuint)x.Length, i = 0;
        DecodeLoop<TSimd, TD, TL>(ref r, 1 / scale, ref d, ref i, length);
        DecodeLoop<SimdScalar, double, long>(ref r, 1 / scale, ref d, ref i, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long SumLoop<TS, TSD, TSL>(ref double x, ref nuint index, nuint length)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        unchecked
        {
            TSL sum = TS.BroadcastLong(0);
            nuint i = index;
            for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
                sum = TS.AddLong(sum, FieldLanes<TS, TSD, TSL>.ToLong(TS.Load(ref x, i)));
            index = i;
            return TS.Sum(sum);
        }
    }

    // Doubles in [0, p) order like their bits, and −0, negative numbers, infinities and NaNs fall outside; adding 2^52 and
    // taking it away again changes exactly the fractions. All offences are gathered, none ends the loop early.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool CanonicalLoop<TS, TSD, TSL>(ref double x, ref nuint index, nuint length)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        unchecked
        {
            TSL outside = TS.BroadcastLong(0), fraction = TS.BroadcastLong(0);
            TSL last = TS.BroadcastLong(BitConverter.DoubleToInt64Bits(Field.P) - 1);
            TSD magic = TS.Broadcast(ExactProduct.TwoTo52);
            nuint i = index;
            for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
            {
                TSD value = TS.Load(ref x, i);
                TSL bits = TS.Bits(value);
                outside = TS.Or(outside, TS.Or(bits, TS.SubtractLong(last, bits)));
                fraction = TS.Or(fraction, TS.Xor(bits, TS.Bits(TS.Subtract(TS.Add(value, magic), magic))));
            }
            index = i;
            // One bit per lane, so that the sums cannot cancel.
            long offences = TS.Sum(TS.ShiftRightLogical(outside, 63))
                + TS.Sum(TS.Or(TS.ShiftRightLogical(fraction, 32), TS.And(fraction, TS.BroadcastLong(0xFFFF_FFFF))));
            return offences == 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool EncodeLoop<TS, TSD, TSL>(ref double x, double scale, ref double d, ref nuint index, nuint length)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        unchecked
        {
            TSL outside = TS.BroadcastLong(0);
            TSL last = TS.BroadcastLong(BitConverter.DoubleToInt64Bits(Field.EncodingLimit) - 1);
            TSD factor = TS.Broadcast(scale), magic = TS.Broadcast(ExactProduct.C2), p = TS.Broadcast(Field.P);
            nuint i = index;
            for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
            {
                TSD y = TS.Multiply(TS.Load(ref x, i), factor);
                outside = TS.Or(outside, TS.SubtractLong(last, TS.And(TS.Bits(y), TS.BroadcastLong(long.MaxValue))));
                TSD rounded = TS.Subtract(TS.Add(y, magic), magic);
                TS.Store(TS.AddWhereNegative(rounded, p), ref d, i);
            }
            index = i;
            return TS.Sum(TS.ShiftRightLogical(outside, 63)) == 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DecodeLoop<TS, TSD, TSL>(ref double x, double inverseScale, ref double d, ref nuint index, nuint length)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        unchecked
        {
            TSD factor = TS.Broadcast(inverseScale), half = TS.Broadcast(Field.Half), p = TS.Broadcast(Field.P);
            nuint i = index;
            for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
            {
                // x − p, and p again where x < half.
                TSD value = TS.Load(ref x, i);
                TSD below = TS.Subtract(TS.AddWhereNegative(TS.Subtract(value, half), p), TS.Broadcast(Field.P - Field.Half));
                TS.Store(TS.Multiply(below, factor), ref d, i);
            }
            index = i;
        }
    }
}
