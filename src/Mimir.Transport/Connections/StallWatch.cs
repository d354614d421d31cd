namespace Mimir.Transport.Connections;

/// <summary>
/// Notices an operation that waits too long, without a timer per operation: a start mark is set and cleared around each, and one
/// slow timer looks at it. Reports between 1 and 1.25 timeouts after the start.
/// </summary>
internal sealed class StallWatch : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly TimeSpan _timeout;
    private readonly Action _stalled;
    private readonly ITimer _timer;
    private long _readingSince;
    private long _writingSince;

    public StallWatch(TimeProvider clock, TimeSpan timeout, Action stalled)
    {
        (_clock, _timeout, _stalled) = (clock, timeout, stalled);
        var period = timeout / 4;
        _timer = clock.CreateTimer(static self => ((StallWatch)self!).Look(), this, period, period);
    }

    /// <summary>Whether the watch found a stall.</summary>
    public bool HasStalled { get; private set; }

    public void ReadStarts() => Volatile.Write(ref _readingSince, _clock.GetTimestamp());

    public void ReadEnds() => Volatile.Write(ref _readingSince, 0);

    public void WriteStarts() => Volatile.Write(ref _writingSince, _clock.GetTimestamp());

    public void WriteEnds() => Volatile.Write(ref _writingSince, 0);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (!IsOverdue(Volatile.Read(ref _readingSince)) && !IsOverdue(Volatile.Read(ref _writingSince))) return;
        HasStalled = true;
        _timer.Dispose();
        _stalled();
    }

    private bool IsOverdue(long since) => since != 0 && _clock.GetElapsedTime(since) > _timeout;
}
