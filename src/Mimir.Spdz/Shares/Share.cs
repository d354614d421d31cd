using Mimir.Numerics;

namespace Mimir.Spdz.Shares;

/// <summary>
/// This party's part of a vector of authenticated secrets ⟦x⟧: <c>[x]_i</c> and <c>[αx]_i</c> with Σ[x]_i = x and Σ[αx]_i = αx.
/// Only linear operations exist, and they are local; multiplying two shares does not compile (see Gadgets/Multiply).
/// </summary>
public readonly struct Share
{
    private readonly Party _party;

    internal Share(Party party, Memory<double> value, Memory<double> mac)
    {
        _party = party;
        Value = value;
        Mac = mac;
    }

    /// <summary>[x]_i, canonical field elements.</summary>
    internal Memory<double> Value { get; }

    /// <summary>[αx]_i, or empty in a passive session.</summary>
    internal Memory<double> Mac { get; }

    /// <summary>Number of elements.</summary>
    public int Length => Value.Length;

    /// <summary>Zeroes it.</summary>
    internal void Clear()
    {
        Value.Span.Clear();
        Mac.Span.Clear();
    }

    /// <summary>Elements [start, start + length).</summary>
    public Share Slice(int start, int length) =>
        new(_party, Value.Slice(start, length), Mac.IsEmpty ? Mac : Mac.Slice(start, length));

    /// <summary>Elementwise sum. Local.</summary>
    public static Share operator +(Share x, Share y) => x._party.Combine(x, y, FieldVector.Add);

    /// <summary>Elementwise difference. Local.</summary>
    public static Share operator -(Share x, Share y) => x._party.Combine(x, y, FieldVector.Subtract);

    /// <summary>Sum with a public vector: party 0 adds it to its value, every party adds α_i·y to its MAC. Local.</summary>
    public static Share operator +(Share x, Opened y) => x._party.AddPublic(x, y);

    /// <summary>Product with a public vector, elementwise. Local.</summary>
    public static Share operator *(Opened y, Share x) => x._party.Combine(x, y, FieldVector.Multiply);

    /// <summary>Product with a public field element. Local.</summary>
    public static Share operator *(double s, Share x) => x._party.Scale(x, s);
}
