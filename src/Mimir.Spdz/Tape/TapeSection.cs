using Mimir.Numerics;
using Mimir.Spdz.Shares;

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

/// <summary>How much of each kind a section holds for one party.</summary>
/// <param name="Elements">Field elements: the last party's corrections, and payload corrections of point functions.</param>
/// <param name="Words">16-byte correction words of point functions.</param>
public readonly record struct SectionSize(long Elements, long Words = 0)
{
    private const int WordBytes = 16;

    /// <summary>Bytes of both on the way, the elements packed; counts and keys not included.</summary>
    public long Bytes => FieldPacking.Bytes(Elements) + WordBytes * Words;

    /// <summary>Bytes of both in a party's memory.</summary>
    public long MemoryBytes => sizeof(double) * Elements + WordBytes * Words;

    /// <summary>The larger of each.</summary>
    public static SectionSize Largest(SectionSize x, SectionSize y) => new(Math.Max(x.Elements, y.Elements), Math.Max(x.Words, y.Words));
}

/// <summary>One received section: this party's key, the elements, known to be canonical, and the words (two elements' bytes each).</summary>
public sealed record TapeSection(byte[] Key, ReadOnlyMemory<double> Corrections, ReadOnlyMemory<double> Words = default)
{
    /// <summary>Where the elements lie.</summary>
    internal AlignedMemory? Buffer { get; init; }

    /// <summary>Where the words lie.</summary>
    internal AlignedMemory? WordBuffer { get; init; }

    /// <summary>Gives its memory back for another section, which overwrites it.</summary>
    public void Return(SessionMemory memory)
    {
        if (Buffer is not null) memory.Return(Buffer, Corrections.Length);
        if (WordBuffer is not null) memory.Return(WordBuffer, Words.Length);
    }
}
