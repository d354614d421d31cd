using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mimir.Numerics;
using Mimir.Spdz.PointFunctions;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Tape;

/// <summary>
/// One party's side of one tape section, read in the order in which the dealer wrote it; every item comes out exactly once.
/// Parties 0..N−2 expand their shares from their key; the last party takes its shares of what the dealer chose from the corrections it received. Keys of point
/// functions are read by both of two parties.
/// </summary>
public sealed class TapeReader : IDisposable
{
    private readonly Party _party;
    private readonly Prg _uniform;
    private readonly Prg? _share;
    private readonly Prg? _points;
    private ReadOnlyMemory<double> _corrections;
    private ReadOnlyMemory<double> _words;
    private ulong _uniformPosition;
    private ulong _sharePosition;
    private long _pointPosition;
    private int _position;
    private int _wordPosition;
    private double[] _transient = [];

    /// <summary>
    /// Shares are tagged with <paramref name="party"/> and live in <paramref name="workspace"/>, or, for the last party, in the
    /// <paramref name="section"/>'s elements, which must already be known to be canonical.
    /// </summary>
    public TapeReader(Party party, Workspace workspace, TapeSection section)
    {
        (_party, Workspace, _corrections, _words) = (party, workspace, section.Corrections, section.Words);
        _uniform = new Prg(section.Key, TapeKeys.UniformStream);
        if (party.Index < party.Count - 1) _share = new Prg(section.Key, TapeKeys.ShareStream);
        if (party.Count == 2) _points = new Prg(section.Key, TapeKeys.PointStream);
    }

    /// <summary>Goes on with another section from its beginning, without allocating.</summary>
    internal void Turn(TapeSection section)
    {
        (_corrections, _words) = (section.Corrections, section.Words);
        _uniform.Rekey(section.Key);
        _share?.Rekey(section.Key);
        _points?.Rekey(section.Key);
        (_uniformPosition, _sharePosition, _pointPosition, _position, _wordPosition) = (0, 0, 0, 0, 0);
    }

    /// <summary>Where the next expanded shares go.</summary>
    internal Workspace Workspace { get; set; }

    /// <summary>Whether everything that was received has been read (what is expanded from the key has no end).</summary>
    public bool AtEnd => _position == _corrections.Length && _wordPosition == _words.Length;

    /// <summary>[r]_i of a uniform vector without MAC.</summary>
    public Memory<double> UniformRaw(int length)
    {
        var result = Workspace.Rent(length);
        _uniform.Fill(_uniformPosition, result.Span);
        _uniformPosition += (ulong)length;
        return result;
    }

    /// <summary>[v]_i of a dealt vector without MAC.</summary>
    public Memory<double> Raw(int length)
    {
        if (_share is null) return Received(_corrections, ref _position, length);
        var result = Workspace.Rent(length);
        _share.Fill(_sharePosition, result.Span);
        _sharePosition += (ulong)length;
        return result;
    }

    /// <summary>This party's keys of an item of <paramref name="count"/> point functions.</summary>
    internal PointBatches Points(PointShape shape, int count)
    {
        var roots = MemoryMarshal.Cast<double, Vector128<byte>>(Roots(count).Span);
        var words = Received(_words, ref _wordPosition, 2 * (int)shape.Words(count)).Span;
        var elements = Received(_corrections, ref _position, (int)shape.Elements(count, _party.Active)).Span;
        return new PointBatches(shape, _party.Index, _party.Active, roots, MemoryMarshal.Cast<double, Vector128<byte>>(words), elements);
    }

    /// <summary>This party's keys of an item of <paramref name="count"/> comparisons, and its root seeds' memory.</summary>
    internal BitKeys BitKeys(BitShape shape, int count, out Memory<double> roots)
    {
        roots = Roots(count);
        var words = Received(_words, ref _wordPosition, 2 * count * shape.WordsPerKey).Span;
        return new BitKeys(shape, _party.Index, MemoryMarshal.Cast<double, Vector128<byte>>(roots.Span), MemoryMarshal.Cast<double, Vector128<byte>>(words));
    }

    /// <summary>The covered answers of the next item's comparisons with the public <paramref name="c"/>.</summary>
    internal BitShare Bits(BitShape shape, Opened c)
    {
        var keys = BitKeys(shape, c.Length, out var roots);
        BitShare share = new(Workspace.Rent(2 * c.Length), roots);
        keys.Answer(c.Values.Span, share.Answers);
        return share;
    }

    /// <summary>⟦r⟧_i of a uniform vector.</summary>
    public Share Uniform(int length) => new(_party, UniformRaw(length), _party.Active ? Raw(length) : default);

    /// <summary>⟦v⟧_i of a dealt vector.</summary>
    public Share Authenticated(int length) => new(_party, Raw(length), _party.Active ? Raw(length) : default);

    /// <summary>⟦v⟧_i, valid only until the next transient read: for tables that are consumed at once.</summary>
    public Share TransientAuthenticated(int length)
    {
        if (_transient.Length < 2 * length) _transient = new double[2 * length];
        var value = Transient(0, length);
        return new Share(_party, value, _party.Active ? Transient(length, length) : default);
    }

    /// <summary>This party's next root seeds.</summary>
    private Memory<double> Roots(int count)
    {
        if (_points is null) throw new InvalidOperationException($"point functions are for two parties, not {_party.Count}");
        var roots = Workspace.Rent(2 * count);
        TapeKeys.Roots(_points, _party.Index, _pointPosition, MemoryMarshal.Cast<double, Vector128<byte>>(roots.Span));
        _pointPosition += count;
        return roots;
    }

    private static Memory<double> Received(ReadOnlyMemory<double> content, ref int position, int length)
    {
        if (position + length > content.Length)
            throw new DealerCheatedException("the Triple Service's tape ended before the step did; start a new session");
        position += length;
        return MemoryMarshal.AsMemory(content).Slice(position - length, length);
    }

    private Memory<double> Transient(int offset, int length)
    {
        if (_share is null) return Raw(length);
        var result = _transient.AsMemory(offset, length);
        _share.Fill(_sharePosition, result.Span);
        _sharePosition += (ulong)length;
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.Clear(_transient);
        _uniform.Dispose();
        _share?.Dispose();
        _points?.Dispose();
    }
}
