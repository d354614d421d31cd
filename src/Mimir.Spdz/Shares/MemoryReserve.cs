using Mimir.Numerics;

namespace Mimir.Spdz.Shares;

/// <summary>
/// Zeroed memory that sessions on one model have left, for the next ones: what a session needs has then been supplied by the operating system before, and a party
/// does not grow with every session. Thread-safe.
/// </summary>
/// <remarks>Only what a session has zeroed comes here, and only when nothing can still be working with it: <see cref="SessionMemory"/>.</remarks>
public sealed class MemoryReserve : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<AlignedMemory> _kept = [];
    private long _lent;
    private long _most;

    /// <summary>Elements that had to be allocated, since the beginning.</summary>
    public long Allocated { get; private set; }

    /// <summary>Elements that lie here unused.</summary>
    public long Kept { get; private set; }

    /// <summary>What lies here. For tests.</summary>
    internal IReadOnlyList<AlignedMemory> Unused
    {
        get { lock (_lock) return [.. _kept]; }
    }

    /// <summary>Zeros, at least <paramref name="length"/> of them: the smallest kept that holds them without being twice as long, or new ones.</summary>
    internal AlignedMemory Take(int length)
    {
        lock (_lock)
        {
            if (TakeBest(_kept, length, 2L * length) is { } kept)
            {
                Kept -= kept.Length;
                Lend(kept.Length);
                return kept;
            }
            Allocated += length;
            Lend(length);
            Trim();
        }
        return new AlignedMemory(length);
    }

    /// <summary>Takes back what is all zeros again and nobody works with.</summary>
    internal void Give(AlignedMemory zeroed)
    {
        lock (_lock)
        {
            _lent -= zeroed.Length;
            Kept += zeroed.Length;
            _kept.Add(zeroed);
            Trim();
        }
    }

    /// <summary>Notes that what was taken does not come back.</summary>
    internal void Forget(AlignedMemory memory)
    {
        lock (_lock) _lent -= memory.Length;
    }

    /// <summary>Gives everything up.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _kept.Clear();
            Kept = 0;
        }
    }

    /// <summary>Removes the smallest of <paramref name="from"/> with <paramref name="least"/> to <paramref name="most"/> elements, if there is one.</summary>
    internal static AlignedMemory? TakeBest(List<AlignedMemory> from, long least, long most = long.MaxValue)
    {
        var best = -1;
        for (var i = 0; i < from.Count; i++)
            if (from[i].Length >= least && from[i].Length <= most && (best < 0 || from[i].Length < from[best].Length)) best = i;
        if (best < 0) return null;
        var found = from[best];
        from.RemoveAt(best);
        return found;
    }

    private void Lend(int length)
    {
        _lent += length;
        _most = Math.Max(_most, _lent);
    }

    /// <summary>Lent and kept together stay within one and a half times the most that was ever lent: the oldest goes first. Lengths are public, yet whoever chooses sessions may not make it grow.</summary>
    private void Trim()
    {
        while (_kept.Count > 0 && _lent + Kept > _most + _most / 2)
        {
            Kept -= _kept[0].Length;
            _kept.RemoveAt(0);
        }
    }
}
