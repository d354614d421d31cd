using System.Runtime.Intrinsics;

namespace Mimir.Spdz.PointFunctions;

/// <summary>One party's keys of comparisons, kept until their masks have been opened.</summary>
internal sealed class BitAudit
{
    private readonly BitShape _shape;
    private readonly int _party;
    private readonly Vector128<byte>[] _roots;
    private readonly Vector128<byte>[] _words;

    /// <summary>A copy of <paramref name="keys"/>.</summary>
    public BitAudit(BitKeys keys) => (_shape, _party, _roots, _words) = (keys.Shape, keys.Party, keys.Roots.ToArray(), keys.Words.ToArray());

    /// <summary>The keys.</summary>
    public BitKeys Keys => new(_shape, _party, _roots, _words);
}

/// <summary>One party's batch of keys, kept until their masks have been opened.</summary>
internal sealed class PointAudit
{
    private readonly PointShape _shape;
    private readonly int _party;
    private readonly bool _active;
    private readonly Vector128<byte>[] _roots;
    private readonly Vector128<byte>[] _words;
    private readonly double[] _elements;

    /// <summary>A copy of <paramref name="keys"/>.</summary>
    public PointAudit(PointKeys keys)
    {
        (_shape, _party, _active) = (keys.Shape, keys.Party, keys.Active);
        (_roots, _words, _elements) = (keys.Roots.ToArray(), keys.Words.ToArray(), keys.Elements.ToArray());
    }

    /// <summary>The keys.</summary>
    public PointKeys Keys => new(_shape, _party, _active, _roots, _words, _elements);
}
