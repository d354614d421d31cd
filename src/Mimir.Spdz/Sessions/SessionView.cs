using Mimir.Spdz.Opening;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// What one party sees of a session, as public figures: histograms of the numbers of its steps' openings (<see cref="SeenNumbers"/>), and the rounds
/// and bytes of the last run by layer. Thread-safe for readers.
/// </summary>
public sealed class SessionView
{
    private readonly Lock _lock = new();
    private readonly long[] _received = new long[SeenNumbers.Bins];
    private readonly long[] _opened = new long[SeenNumbers.Bins];
    private long[] _rounds = [];
    private long[] _bytes = [];
    private long _numbers;

    /// <summary>Numbers opened in steps so far, counted or not.</summary>
    public long Numbers { get { lock (_lock) return _numbers; } }

    /// <summary>Counts by bin of what the other parties sent.</summary>
    public long[] Received { get { lock (_lock) return [.. _received]; } }

    /// <summary>Counts by bin of what was opened.</summary>
    public long[] Opened { get { lock (_lock) return [.. _opened]; } }

    /// <summary>Of the last run: rounds and bytes sent in the embedding, each layer, the head. Empty before the first.</summary>
    public (long Rounds, long Bytes)[] Layers
    {
        get { lock (_lock) return [.. _rounds.Zip(_bytes)]; }
    }

    /// <summary>A run of <paramref name="positions"/> lanes has ended: in lockstep, so that a section takes the rounds of its longest lane.</summary>
    internal void Update(IReadOnlyList<StepLane> lanes, int positions)
    {
        lock (_lock)
        {
            if (_rounds.Length == 0) (_rounds, _bytes) = (new long[lanes[0].Meter.Rounds.Length], new long[lanes[0].Meter.Rounds.Length]);
            Array.Clear(_rounds);
            Array.Clear(_bytes);
            Array.Clear(_received);
            Array.Clear(_opened);
            _numbers = 0;
            for (var lane = 0; lane < lanes.Count; lane++)
            {
                if (lane < positions) Add(lanes[lane].Meter);
                if (lanes[lane].Opener.Seen is { } seen) Add(seen);
            }
        }
    }

    private void Add(LayerMeter meter)
    {
        for (var i = 0; i < _rounds.Length; i++)
        {
            _rounds[i] = Math.Max(_rounds[i], meter.Rounds[i]);
            _bytes[i] += meter.Bytes[i];
        }
    }

    private void Add(SeenNumbers seen)
    {
        for (var i = 0; i < SeenNumbers.Bins; i++)
        {
            _received[i] += seen.Received[i];
            _opened[i] += seen.Opened[i];
        }
        _numbers += seen.Numbers;
    }
}
