using System.Runtime.InteropServices;
using Mimir.Numerics;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Tape;

/// <summary>
/// One party's side of one tape section, read in the order in which the dealer wrote it; every item comes out exactly once.
/// Parties 0..N−2 expand everything from their key; the last party takes what the dealer chose from the corrections it received.
/// </summary>
public sealed class TapeReader : IDisposable
{
    private readonly Party _party;
    private readonly Prg _uniform;
    private readonly Prg? _share;
    private readonly ReadOnlyMemory<double> _corrections;
    private ulong _uniformPosition;
    private ulong _sharePosition;
    private double[] _transient = [];

    /// <summary>
    /// Shares are tagged with <paramref name="party"/> and live in <paramref name="workspace"/>, or, for the last party, in
    /// <paramref name="corrections"/>, whose elements must already be known to be canonical.
    /// </summary>
    public TapeReader(Party party, Workspace workspace, ReadOnlySpan<byte> key, ReadOnlyMemory<double> corrections)
    {
        (_party, Workspace, _corrections) = (party, workspace, corrections);
        _uniform = new Prg(key, TapeKeys.UniformStream);
        if (party.Index < party.Count - 1) _share = new Prg(key, TapeKeys.ShareStream);
    }

    /// <summary>Where the next expanded shares go.</summary>
    internal Workspace Workspace { get; set; }

    /// <summary>Whether all of the section has been read (only the last party can tell; the others always may read on).</summary>
    public bool AtEnd => _share is not null || _sharePosition == (ulong)_corrections.Length;

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
        var start = _sharePosition;
        _sharePosition += (ulong)length;
        if (_share is not null)
        {
            var result = Workspace.Rent(length);
            _share.Fill(start, result.Span);
            return result;
        }
        if (_sharePosition > (ulong)_corrections.Length)
            throw new DealerCheatedException("the Triple Service's tape ended before the step did; start a new session");
        return MemoryMarshal.AsMemory(_corrections).Slice((int)start, length);
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
    }
}
