using System.Runtime.Intrinsics;

namespace Mimir.Spdz.PointFunctions;

/// <summary>One party's keys of a batch of point functions of one shape: its root seeds, and the corrections that both parties hold.</summary>
internal readonly ref struct PointKeys
{
    /// <summary>
    /// <paramref name="party"/> is 0 or 1; <paramref name="roots"/>: one seed a key, secret; <paramref name="words"/>: the tweak, then every key's
    /// correction words; <paramref name="elements"/>: every key's payload corrections, then (when <paramref name="active"/>) those of the MACs.
    /// </summary>
    public PointKeys(
        PointShape shape, int party, bool active, ReadOnlySpan<Vector128<byte>> roots, ReadOnlySpan<Vector128<byte>> words, ReadOnlySpan<double> elements)
    {
        (Shape, Party, Active) = (shape, party, active);
        Roots = roots;
        Words = words;
        Elements = elements;
    }

    /// <summary>What all keys look like.</summary>
    public PointShape Shape { get; }

    /// <summary>0 or 1: the sign of this party's numbers.</summary>
    public int Party { get; }

    /// <summary>Every plane has a MAC.</summary>
    public bool Active { get; }

    /// <summary>One seed a key. Secret.</summary>
    public ReadOnlySpan<Vector128<byte>> Roots { get; }

    /// <summary>The tweak, then every key's correction words.</summary>
    public ReadOnlySpan<Vector128<byte>> Words { get; }

    /// <summary>Payload corrections, key by key.</summary>
    public ReadOnlySpan<double> Elements { get; }

    /// <summary>Number of keys.</summary>
    public int Count => Roots.Length;

    /// <summary>Counts the dealer's retries for conversions that were no field elements.</summary>
    public ulong Tweak => Words[0].AsUInt64().ToScalar();

    /// <summary>The word of <paramref name="key"/> for the children of its nodes of <paramref name="depth"/>.</summary>
    public Vector128<byte> Word(int key, int depth) => Words[1 + key * Shape.Depth + depth];

    /// <summary>A payload correction and, when active, its MAC's.</summary>
    public (double Value, double Mac) Correction(int key, int plane)
    {
        var entry = key * Shape.Planes + plane;
        return (Elements[entry], Active ? Elements[Count * Shape.Planes + entry] : 0);
    }
}
