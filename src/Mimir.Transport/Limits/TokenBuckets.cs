namespace Mimir.Transport.Limits;

/// <summary>A <see cref="TokenBucket"/> for each of at most <see cref="MostKeys"/> keys; full ones are forgotten first, then any. One caller at a time.</summary>
internal sealed class TokenBuckets<TKey>(TimeProvider clock, double capacity, TimeSpan period) where TKey : notnull
{
    /// <summary>Most keys.</summary>
    public const int MostKeys = 4096;

    private readonly Dictionary<TKey, TokenBucket> _buckets = [];

    /// <summary>How many keys it remembers.</summary>
    public int Count => _buckets.Count;

    /// <summary>The bucket of <paramref name="key"/>.</summary>
    public TokenBucket Of(TKey key)
    {
        if (_buckets.TryGetValue(key, out var known)) return known;
        if (_buckets.Count >= MostKeys)
        {
            foreach (var (other, bucket) in _buckets)
                if (bucket.IsFull) _buckets.Remove(other);
            if (_buckets.Count >= MostKeys) _buckets.Remove(_buckets.First().Key);
        }
        return _buckets[key] = new TokenBucket(clock, capacity, period);
    }
}
