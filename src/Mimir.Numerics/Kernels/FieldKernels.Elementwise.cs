using System.Runtime.InteropServices;
using System.Runtime.CompilerServices;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Kernels;

internal sealed partial class FieldKernels<TSimd, TD, TL> : FieldKernels
    where TSimd : ISimd<TD, TL>
    where TD : struct
    where TL : struct
{
    public override void Add(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> destination) =>
        Map<AddOperator>(x, y, destination);

    public override void Subtract(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> destination) =>
        Map<SubtractOperator>(x, y, destination);

    public override void Multiply(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> destination) =>
        Map<MultiplyOperator>(x, y, destination);

    public override void MultiplyAdd(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> destination) =>
        Map<MultiplyAddOperator>(x, y, destination);

    public override void Negate(ReadOnlySpan<double> x, Span<double> destination) =>
        MapScalar<SubtractFromOperator>(x, 0, destination);

    public override void AddScalar(ReadOnlySpan<double> x, double s, Span<double> destination) =>
        MapScalar<AddOperator>(x, s, destination);

    public override void Scale(ReadOnlySpan<double> x, double s, Span<double> destination) =>
        MapScalar<MultiplyOperator>(x, s, destination);

    public override void ScaleAdd(ReadOnlySpan<double> x, double s, Span<double> destination) =>
        MapScalar<MultiplyAddOperator>(x, s, destination);

    private static void Map<TOperator>(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> destination)
        where TOperator : struct, IElementOperator =>
        Map<TOperator>(ref MemoryMarshal.GetReference(x), ref MemoryMarshal.GetReference(y), nuint.MaxValue, destination);

    private static void MapScalar<TOperator>(ReadOnlySpan<double> x, double s, Span<double> destination)
        where TOperator : struct, IElementOperator
    {
        Span<double> broadcast = stackalloc double[8];
        broadcast.Fill(s);
        Map<TOperator>(ref MemoryMarshal.GetReference(x), ref MemoryMarshal.GetReference(broadcast), 0, destination);
        broadcast.Clear();
    }

    // The index mask is all ones for a vector y and zero for a scalar one, so that one loop serves both.
    private static void Map<TOperator>(ref double x, ref double y, nuint indexMask, Span<double> destination)
        where TOperator : struct, IElementOperator
    {
        ref double d = ref MemoryMarshal.GetReference(destination);
        nuint length = (nuint)destination.Length;
        nuint i = Loop<TOperator, TSimd, TD, TL>(ref x, ref y, indexMask, ref d, 0, length);
        Loop<TOperator, SimdScalar, double, long>(ref x, ref y, indexMask, ref d, i, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nuint Loop<TOperator, TS, TSD, TSL>(
        ref double x, ref double y, nuint indexMask, ref double d, nuint i, nuint length)
        where TOperator : struct, IElementOperator
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        unchecked
        {
            for (nuint width = (nuint)TS.Count; i + width <= length; i += width)
                TS.Store(TOperator.Apply<TS, TSD, TSL>(TS.Load(ref x, i), TS.Load(ref y, i & indexMask), TS.Load(ref d, i)), ref d, i);
            return i;
        }
    }
}
