using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mimir.Numerics;

namespace Mimir.Spdz.Tape;

/// <summary>
/// How one 32-byte key per party and section becomes shares: stream 1 gives this party's part of numbers nobody chose
/// (all N parties expand, the dealer adds up), stream 2 this party's part of numbers the dealer chose (parties 0..N−2 expand, the last
/// one gets the difference as a correction), stream 9 this party's root seeds of point functions (N = 2).
/// </summary>
internal static class TapeKeys
{
    public const int Bytes = 32;
    public const ulong UniformStream = 1;
    public const ulong ShareStream = 2;
    public const ulong PointStream = 9;

    /// <summary>
    /// Root seeds from <paramref name="position"/> on: bytes of the key's point stream, the lowest bit set to the party's number, so that both parties' roots
    /// differ there.
    /// </summary>
    public static void Roots(Prg points, int party, long position, Span<Vector128<byte>> roots)
    {
        points.FillBytes((ulong)position * 16, MemoryMarshal.AsBytes(roots));
        foreach (ref var root in roots) root = ((root.AsUInt64() & Vector128.Create(~1UL, ulong.MaxValue)) | Vector128.Create((ulong)party, 0UL)).AsByte();
    }
}
