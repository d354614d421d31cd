namespace Mimir.Transport.Limits;

/// <summary>A rate limit: at most <paramref name="capacity"/> at once, refilled evenly with as many per <paramref name="period"/>. One caller at a time.</summary>
internal sealed class TokenBucket(TimeProvider clock, double capacity, TimeSpan period)
{
    private double _taken;
    private long _asOf = clock.GetTimestamp();

    /// <summary>Whether none can be taken now.</summary>
    public bool IsEmpty => Taken() > capacity - 1;

    /// <summary>Whether all that was taken has come back.</summary>
    public bool IsFull => Taken() == 0;

    /// <summary>Takes one; false when there is none.</summary>
    public bool TryTake()
    {
        if (IsEmpty) return false;
        _taken++;
        return true;
    }

    private double Taken()
    {
        var now = clock.GetTimestamp();
        _taken = Math.Max(0, _taken - capacity * (clock.GetElapsedTime(_asOf, now) / period));
        _asOf = now;
        return _taken;
    }
}
