using Mimir.Numerics;

namespace Mimir.Spdz.Tape;

/// <summary>What a section of the tape is for.</summary>
public enum TapeKind : byte
{
    /// <summary>Key of this party's part of the weight masks A; the model owner gets all of them.</summary>
    WeightMask = 1,

    /// <summary>MAC key and check tags of a model.</summary>
    Load = 2,

    /// <summary>Client masks of a session.</summary>
    Clients = 3,

    /// <summary>Key of this party's part of the masks of logits; the client gets all of them.</summary>
    Logits = 6,

    /// <summary>Matrix products, attention products and Beaver triples of a block of steps, sacrificed as a whole.</summary>
    Algebraic = 4,

    /// <summary>Tables, masks and tuples of one step, audited at random as a whole.</summary>
    Step = 5,
}

/// <summary>One received section: this party's key and, for the last party, the corrections.</summary>
public sealed record TapeSection(byte[] Key, ReadOnlyMemory<double> Corrections)
{
    /// <summary>Where the corrections lie, for reuse.</summary>
    internal AlignedMemory? Buffer { get; init; }
}
