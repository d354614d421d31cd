using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Kernels;

/// <summary>result = f(x, y, destination) on one register.</summary>
internal interface IElementOperator
{
    static abstract TD Apply<TSimd, TD, TL>(TD x, TD y, TD destination)
        where TSimd : ISimd<TD, TL>
        where TD : struct
        where TL : struct;
}
