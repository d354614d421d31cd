using Mimir.Numerics;

namespace Mimir.Spdz.Costs;

/// <summary>What one gadget or program costs each party and the dealer; exact, and held to the measured numbers by tests.</summary>
/// <param name="Rounds">Exchanges, one after another.</param>
/// <param name="Opened">Elements each party sends to each peer.</param>
/// <param name="Uniform">Elements drawn with a MAC.</param>
/// <param name="Authenticated">Elements dealt with a MAC.</param>
/// <param name="Raw">Elements dealt without a MAC.</param>
/// <param name="Triples">Beaver triples used.</param>
public readonly record struct Cost(long Rounds, long Opened, long Uniform = 0, long Authenticated = 0, long Raw = 0, long Triples = 0)
{
    /// <summary>Bytes each party sends to each peer. A cost that is no sum is one opening, whose elements go packed.</summary>
    public long OpenedBytes { get; private init; } = FieldPacking.Bytes(Opened);

    /// <summary>One after the other.</summary>
    public static Cost operator +(Cost x, Cost y) => new(
        x.Rounds + y.Rounds, x.Opened + y.Opened, x.Uniform + y.Uniform, x.Authenticated + y.Authenticated, x.Raw + y.Raw, x.Triples + y.Triples)
    {
        OpenedBytes = x.OpenedBytes + y.OpenedBytes,
    };

    /// <summary>x without its part y, which something else already does.</summary>
    public static Cost operator -(Cost x, Cost y) => new(
        x.Rounds - y.Rounds, x.Opened - y.Opened, x.Uniform - y.Uniform, x.Authenticated - y.Authenticated, x.Raw - y.Raw, x.Triples - y.Triples)
    {
        OpenedBytes = x.OpenedBytes - y.OpenedBytes,
    };

    /// <summary>Both in the same rounds.</summary>
    public static Cost Together(Cost x, Cost y) => (x + y) with { Rounds = Math.Max(x.Rounds, y.Rounds) };

    /// <summary>Corrections sent to the last party in the step's own tape section, in elements.</summary>
    public long Corrections(bool active) => active ? Uniform + 2 * Authenticated + Raw : Authenticated + Raw;
}
