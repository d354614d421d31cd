using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Tape;

/// <summary>
/// Walks the dealing program over a section that the parties are about to open: draws are the party's own shares, collected in order.
/// The program's course does not depend on the numbers, so zeros stand in for them here; <see cref="AuditTape"/> then sees the opened ones.
/// </summary>
public sealed class AuditCollector(TapeReader reader, Party party) : DealingTape
{
    private readonly List<Share> _shares = [];

    /// <summary>What is to be opened, in tape order. Items without MAC come with an empty one.</summary>
    internal IReadOnlyList<Share> Shares => _shares;

    /// <inheritdoc/>
    public override bool Active => party.Active;

    /// <inheritdoc/>
    public override void UniformRaw(Span<double> drawn)
    {
        _shares.Add(new Share(party, reader.UniformRaw(drawn.Length), default));
        drawn.Clear();
    }

    /// <inheritdoc/>
    public override void Raw(ReadOnlySpan<double> values) => _shares.Add(new Share(party, reader.Raw(values.Length), default));

    /// <inheritdoc/>
    public override void Uniform(Span<double> drawn)
    {
        _shares.Add(reader.Uniform(drawn.Length));
        drawn.Clear();
    }

    /// <inheritdoc/>
    public override void Authenticated(ReadOnlySpan<double> values) => _shares.Add(reader.Authenticated(values.Length));

    /// <inheritdoc/>
    public override void Unaudited(ReadOnlySpan<double> values) => reader.Raw(values.Length);
}

/// <summary>
/// Replays the dealing half on the opened uniform numbers and compares everything it would have dealt with what was dealt.
/// Source: cut-and-choose audits, protocol.md section 7.
/// </summary>
public sealed class AuditTape(ReadOnlyMemory<double> opened, bool active) : DealingTape
{
    private int _position;

    /// <summary>Whether some dealt number was not what the honest dealing half writes.</summary>
    public bool Differs { get; private set; }

    /// <summary>Whether all that was opened has been compared.</summary>
    public bool AtEnd => _position == opened.Length;

    /// <inheritdoc/>
    public override bool Active => active;

    /// <inheritdoc/>
    public override void UniformRaw(Span<double> drawn) => Next(drawn.Length).CopyTo(drawn);

    /// <inheritdoc/>
    public override void Raw(ReadOnlySpan<double> values) => Differs |= !Next(values.Length).SequenceEqual(values);

    /// <inheritdoc/>
    public override void Uniform(Span<double> drawn) => UniformRaw(drawn);

    /// <inheritdoc/>
    public override void Authenticated(ReadOnlySpan<double> values) => Raw(values);

    /// <inheritdoc/>
    public override void Unaudited(ReadOnlySpan<double> values) { }

    private ReadOnlySpan<double> Next(int length)
    {
        _position += length;
        return opened.Span.Slice(_position - length, length);
    }
}
