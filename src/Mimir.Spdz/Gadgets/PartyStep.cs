using Mimir.Spdz.Masking;
using Mimir.Spdz.Opening;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>What the running half of a gadget works with: the party, its openings, and what was dealt for this step.</summary>
public sealed class PartyStep(
    Party party, Opener opener, TapeReader tape, TriplePool triples, IShareProducts products, CancellationToken cancellation)
{
    /// <summary>Whose half this is.</summary>
    public Party Party => party;

    /// <summary>Rounds go through here.</summary>
    public Opener Opener => opener;

    /// <summary>Tables, masks and truncation tuples of this step, in program order.</summary>
    public TapeReader Tape => tape;

    /// <summary>Sacrificed Beaver triples of this step.</summary>
    public TriplePool Triples { get; internal set; } = triples;

    /// <summary>[W]_i times an opened vector.</summary>
    public IShareProducts Products => products;

    /// <summary>Ends the session's work.</summary>
    public CancellationToken Cancellation => cancellation;
}
