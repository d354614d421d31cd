namespace Mimir.Spdz.PointFunctions;

/// <summary>Numbers attached to the nodes of one depth: the one on the path carries them, all others zero.</summary>
/// <param name="Depth">Nodes of this depth, 1 to the tree's.</param>
/// <param name="Planes">Numbers a node; in an active session each has a MAC beside it.</param>
public readonly record struct PointPayload(int Depth, int Planes);

/// <summary>
/// The public shape of a point function's keys: a binary tree whose path is bits [<see cref="LowBit"/>, LowBit + <see cref="Depth"/>) of a secret mask, most
/// significant first, and what its nodes carry.
/// </summary>
public sealed class PointShape
{
    /// <summary>Keys that are dealt and read together, under one tweak.</summary>
    public const int BatchKeys = 128;

    /// <summary>The most batches that the dealer's threads make side by side.</summary>
    public const int MostBatches = 16;

    /// <summary>Keys for which a gadget makes masks and payloads before it deals them.</summary>
    public const int DealtKeys = MostBatches * BatchKeys;

    private static readonly PointShape[] LowBits = [.. Enumerable.Range(1, 31).Select(bits => new PointShape(0, bits, new PointPayload(bits, 1)))];

    /// <summary>A shape; <paramref name="payloads"/> in ascending depth, the last at <paramref name="depth"/>.</summary>
    public PointShape(int lowBit, int depth, params ReadOnlySpan<PointPayload> payloads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lowBit);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lowBit + depth, 50);
        ArgumentOutOfRangeException.ThrowIfNotEqual(payloads.IsEmpty ? 0 : payloads[^1].Depth, depth);
        (LowBit, Depth, Payloads) = (lowBit, depth, payloads.ToArray());
        foreach (var payload in payloads) Planes += payload.Planes;
    }

    /// <summary>Lowest bit of the mask that the path follows.</summary>
    public int LowBit { get; }

    /// <summary>Bits of the path.</summary>
    public int Depth { get; }

    /// <summary>What nodes carry, in ascending depth.</summary>
    public IReadOnlyList<PointPayload> Payloads { get; }

    /// <summary>Numbers a key carries in all.</summary>
    public int Planes { get; }

    /// <summary>The lowest <paramref name="bits"/> bits of the mask, one number a leaf.</summary>
    public static PointShape OfLowBits(int bits) => LowBits[bits - 1];

    /// <summary>16-byte correction words of <paramref name="keys"/> keys, the tweaks of their batches included; the same for both parties.</summary>
    public long Words(long keys) => keys * Depth + (keys + BatchKeys - 1) / BatchKeys;

    /// <summary>Elements of payload corrections of <paramref name="keys"/> keys; the same for both parties.</summary>
    public long Elements(long keys, bool active) => keys * Planes * (active ? 2 : 1);
}
