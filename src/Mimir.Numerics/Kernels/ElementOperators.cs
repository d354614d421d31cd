using System.Runtime.CompilerServices;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Kernels;

// The operators of FieldVector, each one line of field arithmetic.

/// <summary>x + y.</summary>
internal readonly struct AddOperator : IElementOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TD Apply<TSimd, TD, TL>(TD x, TD y, TD destination)
        where TSimd : ISimd<TD, TL>
        where TD : struct
        where TL : struct => FieldLanes<TSimd, TD, TL>.Add(x, y);
}

/// <summary>x − y.</summary>
internal readonly struct SubtractOperator : IElementOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TD Apply<TSimd, TD, TL>(TD x, TD y, TD destination)
        where TSimd : ISimd<TD, TL>
        where TD : struct
        where TL : struct => FieldLanes<TSimd, TD, TL>.Subtract(x, y);
}

/// <summary>y − x.</summary>
internal readonly struct SubtractFromOperator : IElementOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TD Apply<TSimd, TD, TL>(TD x, TD y, TD destination)
        where TSimd : ISimd<TD, TL>
        where TD : struct
        where TL : struct => FieldLanes<TSimd, TD, TL>.Subtract(y, x);
}

/// <summary>x·y.</summary>
internal readonly struct MultiplyOperator : IElementOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TD Apply<TSimd, TD, TL>(TD x, TD y, TD destination)
        where TSimd : ISimd<TD, TL>
        where TD : struct
        where TL : struct => FieldLanes<TSimd, TD, TL>.Multiply(x, y);
}

/// <summary>destination + x·y.</summary>
internal readonly struct MultiplyAddOperator : IElementOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TD Apply<TSimd, TD, TL>(TD x, TD y, TD destination)
        where TSimd : ISimd<TD, TL>
        where TD : struct
        where TL : struct => FieldLanes<TSimd, TD, TL>.MultiplyAdd(x, y, destination);
}
