using Mimir.Numerics;
using Mimir.Spdz.PointFunctions;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Costs;

/// <summary>What one gadget or program costs each party and the dealer; exact, and held to the measured numbers by tests.</summary>
/// <param name="Rounds">Exchanges, one after another.</param>
/// <param name="Opened">Elements each party sends to each peer.</param>
/// <param name="Uniform">Elements drawn with a MAC.</param>
/// <param name="Authenticated">Elements dealt with a MAC.</param>
/// <param name="Raw">Elements dealt without a MAC.</param>
/// <param name="Triples">Beaver triples used.</param>
/// <param name="Payload">Numbers that keys of point functions carry, to both of two parties, each with a MAC.</param>
/// <param name="Words">16-byte correction words of such keys, to both parties.</param>
public readonly record struct Cost(
    long Rounds, long Opened, long Uniform = 0, long Authenticated = 0, long Raw = 0, long Triples = 0, long Payload = 0, long Words = 0)
{
    /// <summary>Bytes each party sends to each peer. A cost that is no sum is one opening, whose elements go packed.</summary>
    public long OpenedBytes { get; private init; } = FieldPacking.Bytes(Opened);

    /// <summary>Keys of <paramref name="count"/> point functions; no rounds.</summary>
    internal static Cost Points(long count, PointShape shape) => new(0, 0, Payload: count * shape.Planes, Words: shape.Words(count));

    /// <summary>Keys of <paramref name="count"/> comparisons, and the round that opens a bit of each.</summary>
    internal static Cost Bits(long count, BitShape shape) => new(1, 0, Words: count * shape.WordsPerKey) { OpenedBytes = (count + 7) / 8 };

    /// <summary>One after the other.</summary>
    public static Cost operator +(Cost x, Cost y) => new(
        x.Rounds + y.Rounds, x.Opened + y.Opened, x.Uniform + y.Uniform, x.Authenticated + y.Authenticated, x.Raw + y.Raw, x.Triples + y.Triples,
        x.Payload + y.Payload, x.Words + y.Words)
    {
        OpenedBytes = x.OpenedBytes + y.OpenedBytes,
    };

    /// <summary>x without its part y, which something else already does.</summary>
    public static Cost operator -(Cost x, Cost y) => new(
        x.Rounds - y.Rounds, x.Opened - y.Opened, x.Uniform - y.Uniform, x.Authenticated - y.Authenticated, x.Raw - y.Raw, x.Triples - y.Triples,
        x.Payload - y.Payload, x.Words - y.Words)
    {
        OpenedBytes = x.OpenedBytes - y.OpenedBytes,
    };

    /// <summary>Both in the same rounds.</summary>
    public static Cost Together(Cost x, Cost y) => (x + y) with { Rounds = Math.Max(x.Rounds, y.Rounds) };

    /// <summary>What the step's own tape section holds for the last party, or for another.</summary>
    public SectionSize Section(bool last, bool active) =>
        new((active ? 2 : 1) * (Payload + (last ? Authenticated : 0)) + (last ? Raw + (active ? Uniform : 0) : 0), Words);

    /// <summary>Bytes of the step's own tape section, to all parties together, keys and counts of the sections not included.</summary>
    public long SectionBytes(bool active) => Section(true, active).Bytes + Section(false, active).Bytes;
}
