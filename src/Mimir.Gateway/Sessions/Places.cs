using Mimir.Gateway.Errors;

namespace Mimir.Gateway.Sessions;

/// <summary>How many sessions this gateway runs at once. Nobody waits in line: whoever finds no place is told to come back. Thread-safe.</summary>
internal sealed class Places(int most)
{
    private const int Seconds = 5;
    private readonly Lock _lock = new();
    private int _taken;

    /// <summary>Takes places until disposed.</summary>
    /// <exception cref="ApiException">429: there are not as many free.</exception>
    public IDisposable Enter(int count)
    {
        if (count > most) throw ApiException.Field("n", $"n: this gateway runs at most {most} sessions at once (gateway.max_requests)");
        lock (_lock)
        {
            if (_taken + count > most)
                throw new ApiException(429, "requests", $"{_taken} of {most} sessions run already (gateway.max_requests); try again later", null, "rate_limit_exceeded") { RetryAfter = Seconds };
            _taken += count;
        }
        return new Place(this, count);
    }

    private void Leave(int count)
    {
        lock (_lock) _taken -= count;
    }

    private sealed class Place(Places places, int count) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) places.Leave(count);
        }
    }
}
