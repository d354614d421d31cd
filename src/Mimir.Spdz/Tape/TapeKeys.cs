namespace Mimir.Spdz.Tape;

/// <summary>
/// How one 32-byte key per party and section becomes shares: stream 1 gives this party's part of numbers nobody chose
/// (all N parties expand, the dealer adds up), stream 2 this party's part of numbers the dealer chose (parties 0..N−2 expand, the last
/// one gets the difference as a correction).
/// </summary>
internal static class TapeKeys
{
    public const int Bytes = 32;
    public const ulong UniformStream = 1;
    public const ulong ShareStream = 2;
}
