using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mimir.Spdz.PointFunctions;

/// <summary>
/// Rearranges lanes where a node takes two, its value's and its MAC's. Halves are rearranged by themselves where registers have 256 bits: a shuffle of 512 is then a loop over lanes.
/// </summary>
internal static class NodeLanes
{
    /// <summary>The first lane of every node in both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> First(Vector512<long> nodes) => Vector512.IsHardwareAccelerated
        ? Vector512.Shuffle(nodes, Vector512.Create(0L, 0, 2, 2, 4, 4, 6, 6))
        : Vector512.Create(First(nodes.GetLower()), First(nodes.GetUpper()));

    /// <summary>One number a node, in both its lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Twice(Vector256<double> numbers) => Vector512.IsHardwareAccelerated
        ? Vector512.Shuffle(numbers.ToVector512Unsafe(), Vector512.Create(0L, 0, 1, 1, 2, 2, 3, 3))
        : Vector512.Create(Vector256.Shuffle(numbers, Vector256.Create(0L, 0, 1, 1)), Vector256.Shuffle(numbers, Vector256.Create(2L, 2, 3, 3)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> First(Vector256<long> nodes) => Vector256.Shuffle(nodes, Vector256.Create(0L, 0, 2, 2));
}
