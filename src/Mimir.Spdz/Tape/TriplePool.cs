using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Tape;

/// <summary>Beaver triples ⟦a⟧, ⟦b⟧, ⟦a·b⟧ of one step, already sacrificed; each comes out once.</summary>
public sealed class TriplePool(Share a, Share b, Share c)
{
    private int _next;

    /// <summary>Triples left.</summary>
    public int Remaining => a.Length - _next;

    /// <summary>The next <paramref name="length"/> triples.</summary>
    public (Share A, Share B, Share C) Next(int length)
    {
        if (length > Remaining) throw new InvalidOperationException($"{length} triples wanted, {Remaining} dealt: plan and program disagree");
        _next += length;
        var start = _next - length;
        return (a.Slice(start, length), b.Slice(start, length), c.Slice(start, length));
    }
}
