using Mimir.Numerics;

namespace Mimir.Spdz.Tape;

/// <summary>
/// The dealer's side of one tape section. Bytes travel only to the last party: one element per dealt number, and one more per MAC.
/// </summary>
public sealed class TapeWriter : DealingTape, IDisposable
{
    private readonly Prg[] _uniform;
    private readonly Prg[] _share;
    private readonly double _alpha;
    private ulong _uniformPosition;
    private ulong _sharePosition;
    private double[] _corrections = new double[1 << 14];
    private double[] _scratch = new double[1 << 12];
    private int _count;

    /// <summary>A section under one fresh key per party. <paramref name="alpha"/> = α.</summary>
    public TapeWriter(IReadOnlyList<byte[]> keys, bool active, double alpha)
    {
        _uniform = [.. keys.Select(k => new Prg(k, TapeKeys.UniformStream))];
        _share = [.. keys.Take(keys.Count - 1).Select(k => new Prg(k, TapeKeys.ShareStream))];
        Active = active;
        _alpha = alpha;
    }

    /// <inheritdoc/>
    public override bool Active { get; }

    /// <summary>The last party's elements not yet taken by <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<double> Corrections => _corrections.AsMemory(0, _count);

    /// <summary>Elements dealt since the section began.</summary>
    public long Dealt { get; private set; }

    /// <summary>Forgets the corrections that have been sent.</summary>
    public void Clear() => _count = 0;

    /// <inheritdoc/>
    public override void UniformRaw(Span<double> drawn)
    {
        _uniform[0].Fill(_uniformPosition, drawn);
        var other = Scratch(drawn.Length);
        foreach (var prg in _uniform.AsSpan(1))
        {
            prg.Fill(_uniformPosition, other);
            FieldVector.Add(drawn, other, drawn);
        }
        _uniformPosition += (ulong)drawn.Length;
    }

    /// <inheritdoc/>
    public override void Raw(ReadOnlySpan<double> values)
    {
        values.CopyTo(Append(values.Length));
        SubtractShares(values.Length);
    }

    /// <inheritdoc/>
    public override void Uniform(Span<double> drawn)
    {
        UniformRaw(drawn);
        if (Active) Mac(drawn);
    }

    /// <inheritdoc/>
    public override void Authenticated(ReadOnlySpan<double> values)
    {
        Raw(values);
        if (Active) Mac(values);
    }

    /// <inheritdoc/>
    public override void Unaudited(ReadOnlySpan<double> values) => Raw(values);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var prg in _uniform) prg.Dispose();
        foreach (var prg in _share) prg.Dispose();
        Array.Clear(_scratch);
        Array.Clear(_corrections);
    }

    private void Mac(ReadOnlySpan<double> values)
    {
        FieldVector.Scale(values, _alpha, Append(values.Length));
        SubtractShares(values.Length);
    }

    private Span<double> Append(int length)
    {
        if (_count + length > _corrections.Length) Array.Resize(ref _corrections, Math.Max(_corrections.Length * 2, _count + length));
        _count += length;
        Dealt += length;
        return _corrections.AsSpan(_count - length, length);
    }

    private void SubtractShares(int length)
    {
        var correction = _corrections.AsSpan(_count - length, length);
        var share = Scratch(length);
        foreach (var prg in _share)
        {
            prg.Fill(_sharePosition, share);
            FieldVector.Subtract(correction, share, correction);
        }
        _sharePosition += (ulong)length;
    }

    private Span<double> Scratch(int length)
    {
        if (_scratch.Length < length) _scratch = new double[length];
        return _scratch.AsSpan(0, length);
    }
}
