using Mimir.Spdz.PointFunctions;

namespace Mimir.Spdz.Tape;

/// <summary>
/// Where a gadget's dealing half writes. The half is a deterministic function of the uniform numbers it draws here, so the same code
/// deals (<see cref="TapeWriter"/>) and audits (<see cref="AuditTape"/>: drawn numbers are the opened ones, written numbers are compared).
/// </summary>
public abstract class DealingTape
{
    /// <summary>MACs are dealt.</summary>
    public abstract bool Active { get; }

    /// <summary>N.</summary>
    public abstract int Parties { get; }

    /// <summary>Draws a uniform vector [r], without MAC; no party knows it, nothing is sent.</summary>
    public abstract void UniformRaw(Span<double> drawn);

    /// <summary>Deals [v], without MAC.</summary>
    public abstract void Raw(ReadOnlySpan<double> values);

    /// <summary>Draws a uniform vector and deals its MAC: ⟦r⟧.</summary>
    public abstract void Uniform(Span<double> drawn);

    /// <summary>Deals ⟦v⟧.</summary>
    public abstract void Authenticated(ReadOnlySpan<double> values);

    /// <summary>
    /// Deals [v] for a value that depends on long-lived masks: never opened by an audit. A wrong one makes the MAC check fail whatever
    /// the data are, so it reveals nothing.
    /// </summary>
    public abstract void Unaudited(ReadOnlySpan<double> values);

    /// <summary>
    /// Deals keys of point functions (N = 2): one key per mask, zero but on the path of the mask's bits, where it stands for
    /// <paramref name="payload"/>, <see cref="PointShape.Planes"/> numbers a key. See <see cref="PointDealer"/>.
    /// </summary>
    public abstract void Points(PointShape shape, ReadOnlySpan<double> masks, ReadOnlySpan<double> payload);

    /// <summary>
    /// Deals keys of comparisons (N = 2): shares of [c &lt; mask] ⊕ cover for one public c each, with MACs; <paramref name="covers"/> are 0 or 1. See <see cref="BitKeys"/>.
    /// </summary>
    internal abstract void Bits(BitShape shape, ReadOnlySpan<double> masks, ReadOnlySpan<double> covers);
}
