using Mimir.Numerics;

namespace Mimir.Spdz.Shares;

/// <summary>
/// All large memory of one session: what is dealt to it and what it computes. Rented and returned over and over within the session, without zeroing; all of it is zeroed when
/// the session ends. Thread-safe. Allocates nothing once the session has what it needs.
/// </summary>
/// <param name="reserve">Where it comes from and, after a session that ended well, goes to; null: its own.</param>
public sealed class SessionMemory(MemoryReserve? reserve = null) : IDisposable
{
    private const int UsualBuffers = 256;
    private readonly Lock _lock = new();
    private readonly MemoryReserve _reserve = reserve ?? new MemoryReserve();
    private readonly List<AlignedMemory> _spare = new(UsualBuffers);

    // Every buffer of the session, with how much of it may be other than zero, when it lies here.
    private readonly Dictionary<AlignedMemory, int> _written = new(UsualBuffers);
    private bool _disposed;

    /// <summary>
    /// The session has ended well: every task of it has been awaited, so that its memory may become another's. Without this it is zeroed and left to the collector, in case
    /// something still works with it.
    /// </summary>
    public bool EndedWell { get; set; }

    /// <summary>At least <paramref name="length"/> elements of unspecified content: the smallest spare ones that suffice, or zeros.</summary>
    public AlignedMemory Rent(long length)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (MemoryReserve.TakeBest(_spare, length) is { } spare) return spare;
            var memory = _reserve.Take(checked((int)length));
            _written.Add(memory, 0);
            return memory;
        }
    }

    /// <summary>Takes memory back for the session's next use; only its first <paramref name="written"/> elements were written.</summary>
    public void Return(AlignedMemory memory, int written)
    {
        lock (_lock)
        {
            // A session that has ended has zeroed what was lent, too.
            if (_disposed) return;
            _written[memory] = Math.Max(_written[memory], written);
            _spare.Add(memory);
        }
    }

    /// <summary>Zeroes and gives up what lies here unused: from now on the session needs less.</summary>
    public void Shrink()
    {
        lock (_lock)
        {
            foreach (var memory in _spare)
            {
                memory.Span[.._written[memory]].Clear();
                _written.Remove(memory);
                _reserve.Give(memory);
            }
            _spare.Clear();
        }
    }

    /// <summary>Zeroes everything, returned or not.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            foreach (var (memory, written) in _written)
            {
                // What is still lent may have been written anywhere.
                memory.Span[..(_spare.Contains(memory) ? written : memory.Length)].Clear();
                if (EndedWell) _reserve.Give(memory);
                else _reserve.Forget(memory);
            }
            _spare.Clear();
            _written.Clear();
        }
    }
}
