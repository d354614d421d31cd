using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mimir.Numerics.Simd;

/// <summary>One at a time.</summary>
internal readonly struct ShortsScalar : IShortLoads<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Load(ref short source, nuint index) => Unsafe.Add(ref source, index);
}

/// <summary>Two at a time, on any machine with 128-bit registers.</summary>
internal readonly struct Shorts128 : IShortLoads<Vector128<double>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Load(ref short source, nuint index) =>
        Vector128.Create((double)Unsafe.Add(ref source, index), Unsafe.Add(ref source, index + 1));
}

/// <summary>Four at a time (AVX2).</summary>
internal readonly struct Shorts256 : IShortLoads<Vector256<double>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Load(ref short source, nuint index) => Avx.ConvertToVector256Double(Sse41.ConvertToVector128Int32(
        Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(ref Unsafe.As<short, byte>(ref Unsafe.Add(ref source, index)))).AsInt16()));
}

/// <summary>Eight at a time (AVX-512).</summary>
internal readonly struct Shorts512 : IShortLoads<Vector512<double>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Load(ref short source, nuint index) =>
        Avx512F.ConvertToVector512Double(Avx2.ConvertToVector256Int32(Vector128.LoadUnsafe(ref source, index)));
}
