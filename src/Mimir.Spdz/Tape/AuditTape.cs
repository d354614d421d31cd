using Mimir.Numerics;
using Mimir.Spdz.PointFunctions;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Tape;

/// <summary>
/// Walks the dealing program over a section that the parties are about to open: draws are the party's own shares, collected in order.
/// The program's course does not depend on the numbers, so zeros stand in for them here; <see cref="AuditTape"/> then sees the opened ones.
/// </summary>
internal sealed class AuditCollector(TapeReader reader, Party party) : DealingTape
{
    private readonly List<Share> _shares = [];
    private readonly List<PointAudit> _points = [];
    private readonly List<BitAudit> _bits = [];

    /// <summary>What is to be opened, in tape order. Items without MAC come with an empty one.</summary>
    public IReadOnlyList<Share> Shares => _shares;

    /// <summary>The keys of point functions, in tape order. They are never opened: both parties' roots together would give α away.</summary>
    public IReadOnlyList<PointAudit> PointAudits => _points;

    /// <summary>The keys of comparisons, in tape order; never opened either.</summary>
    public IReadOnlyList<BitAudit> BitAudits => _bits;

    /// <inheritdoc/>
    public override bool Active => party.Active;

    /// <inheritdoc/>
    public override int Parties => party.Count;

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

    /// <inheritdoc/>
    public override void Points(PointShape shape, ReadOnlySpan<double> masks, ReadOnlySpan<double> payload)
    {
        var batches = reader.Points(shape, masks.Length);
        for (var at = 0; at < masks.Length; at += PointShape.BatchKeys) _points.Add(new PointAudit(batches.From(at)));
    }

    /// <inheritdoc/>
    internal override void Bits(BitShape shape, ReadOnlySpan<double> masks, ReadOnlySpan<double> covers) =>
        _bits.Add(new BitAudit(reader.BitKeys(shape, masks.Length, out _)));
}

/// <summary>
/// Replays the dealing half on the opened uniform numbers and compares everything it would have dealt with what was dealt.
/// Source: cut-and-choose audits, protocol.md section 7.
/// </summary>
internal sealed class AuditTape(ReadOnlyMemory<double> opened, IReadOnlyList<PointAudit> points, IReadOnlyList<BitAudit> bits, Party party) : DealingTape, IDisposable
{
    private readonly PointWalk _walk = new(party);
    private int _position;
    private int _points;
    private int _bits;

    /// <summary>Whether some dealt number was not what the honest dealing half writes.</summary>
    public bool Differs { get; private set; }

    /// <summary>Whether all that was opened has been compared.</summary>
    public bool AtEnd => _position == opened.Length && _points == points.Count && _bits == bits.Count;

    /// <inheritdoc/>
    public override bool Active => party.Active;

    /// <inheritdoc/>
    public override int Parties => party.Count;

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

    /// <inheritdoc/>
    public override void Points(PointShape shape, ReadOnlySpan<double> masks, ReadOnlySpan<double> payload)
    {
        for (var at = 0; at < masks.Length; at += PointShape.BatchKeys)
        {
            var count = Math.Min(PointShape.BatchKeys, masks.Length - at);
            _walk.Follow(points[_points++].Keys, masks.Slice(at, count), payload.Slice(at * shape.Planes, count * shape.Planes));
        }
    }

    /// <inheritdoc/>
    internal override void Bits(BitShape shape, ReadOnlySpan<double> masks, ReadOnlySpan<double> covers) => _walk.Follow(bits[_bits++].Keys, masks, covers);

    /// <summary>See <see cref="PointWalk.Siblings"/>.</summary>
    public byte[] Siblings() => _walk.Siblings();

    /// <summary>See <see cref="PointWalk.Claims"/>.</summary>
    public ReadOnlyMemory<double> Claims => _walk.Claims;

    /// <inheritdoc/>
    public void Dispose() => _walk.Dispose();

    private ReadOnlySpan<double> Next(int length)
    {
        _position += length;
        return opened.Span.Slice(_position - length, length);
    }
}
