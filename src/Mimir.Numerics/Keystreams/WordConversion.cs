using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Keystreams;

/// <summary>Random 64-bit words to doubles in [0, 2^50), in place.</summary>
internal static class WordConversion
{
    /// <summary>The 50 low bits.</summary>
    public const ulong Mask = (1UL << 50) - 1;

    /// <summary>True when all results are below p. Constant time.</summary>
    public static bool ToElements(Span<double> words)
    {
        ref double w = ref MemoryMarshal.GetReference(words);
        nuint length = (nuint)words.Length, i = 0;
        bool accepted = true;
        if (Vector512.IsHardwareAccelerated)
            accepted &= Loop<Simd512, Vector512<double>, Vector512<long>>(ref w, ref i, length);
        if (Vector256.IsHardwareAccelerated)
            accepted &= Loop<Simd256, Vector256<double>, Vector256<long>>(ref w, ref i, length);
        return accepted & Loop<SimdScalar, double, long>(ref w, ref i, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool Loop<TS, TSD, TSL>(ref double words, ref nuint index, nuint length)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        unchecked
        {
            TSL mask = TS.BroadcastLong((long)Mask), exponent = TS.BroadcastLong(ExactProduct.TwoTo52Bits);
            TSL last = TS.BroadcastLong(Field.Prime - 1), outside = TS.BroadcastLong(0);
            TSD magic = TS.Broadcast(ExactProduct.TwoTo52);
            nuint i = index;
            for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
            {
                TSL word = TS.And(TS.Bits(TS.Load(ref words, i)), mask);
                outside = TS.Or(outside, TS.SubtractLong(last, word));
                TS.Store(TS.Subtract(TS.FromBits(TS.Or(word, exponent)), magic), ref words, i);
            }
            index = i;
            return TS.Sum(TS.ShiftRightLogical(outside, 63)) == 0;
        }
    }
}
