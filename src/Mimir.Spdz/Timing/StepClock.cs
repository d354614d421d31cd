using System.Diagnostics;

namespace Mimir.Spdz.Timing;

/// <summary>
/// Where the time of steps goes. Time from one <see cref="Enter"/> to the next belongs to the part that was entered. Only the steps that
/// sample a token count, with the wait before them, and of many only the later half or more: while a program is young its code is still being
/// compiled. Two reads of a counter per operation; allocates nothing after construction.
/// </summary>
public sealed class StepClock
{
    private const int FirstMark = 8;
    private static readonly StepPart[] Parts = Enum.GetValues<StepPart>();
    private readonly (long Calls, long Elapsed, long Multiplying, long Exchanging)[] _step = new (long, long, long, long)[Parts.Length];
    private readonly (long Calls, long Elapsed, long Multiplying, long Exchanging)[] _total = new (long, long, long, long)[Parts.Length];
    private readonly (long Calls, long Elapsed, long Multiplying, long Exchanging)[] _mark = new (long, long, long, long)[Parts.Length];
    private StepPart _part;
    private long _sampled;
    private (int Steps, TimeSpan Processor) _marked;
    private TimeSpan _firstProcessor;
    private TimeSpan _lastProcessor;
    private int _processed = -1;
    private long _since = Stopwatch.GetTimestamp();

    /// <summary>Steps counted.</summary>
    public int Steps { get; private set; }

    /// <summary>
    /// Processor time of this process a step, over the counted ones (the very first excepted): work ahead of need and whatever else the
    /// process did included. 0 with fewer than two.
    /// </summary>
    public double ProcessorSecondsPerStep => _processed < 1 ? 0 : (_lastProcessor - _firstProcessor).TotalSeconds / _processed;

    /// <summary>The time of the counted steps, part by part; parts that never occurred are left out.</summary>
    public IReadOnlyList<PartTime> Times =>
        [.. Parts.Select(p => (Part: p, Time: _total[(int)p])).Where(p => p.Time.Calls > 0)
            .Select(p => new PartTime(p.Part, p.Time.Calls, Span(p.Time.Elapsed), Span(p.Time.Multiplying), Span(p.Time.Exchanging)))];

    /// <summary>From now on time belongs to <paramref name="part"/>.</summary>
    public void Enter(StepPart part)
    {
        var now = Stopwatch.GetTimestamp();
        _step[(int)_part].Elapsed += now - _since;
        _step[(int)part].Calls++;
        (_part, _since) = (part, now);
    }

    /// <summary>An exchange of the current part took <paramref name="ticks"/> Stopwatch ticks.</summary>
    public void Exchanged(long ticks) => _step[(int)_part].Exchanging += ticks;

    /// <summary>A pass over a matrix in the current part took <paramref name="ticks"/> Stopwatch ticks.</summary>
    public void Multiplied(long ticks) => _step[(int)_part].Multiplying += ticks;

    /// <summary>A step has ended: it counts if it <paramref name="sampled"/> a token. What follows is <see cref="StepPart.Material"/>.</summary>
    public void EndStep(bool sampled)
    {
        Enter(StepPart.Material);
        if (sampled)
        {
            Steps++;
            _lastProcessor = Environment.CpuUsage.TotalTime;
            if (_processed++ < 0) _firstProcessor = _lastProcessor;
            for (var i = 0; i < _step.Length; i++)
            {
                _total[i].Calls += _step[i].Calls;
                _total[i].Elapsed += _step[i].Elapsed;
                _total[i].Multiplying += _step[i].Multiplying;
                _total[i].Exchanging += _step[i].Exchanging;
            }
            if (++_sampled >= FirstMark && long.IsPow2(_sampled)) DropBeforeMark();
        }
        Array.Clear(_step);
    }

    /// <summary>Twice as many steps as when the mark was set: what was counted until then goes, and the mark is set anew.</summary>
    private void DropBeforeMark()
    {
        Steps -= _marked.Steps;
        if (_marked.Steps > 0) (_firstProcessor, _processed) = (_marked.Processor, Steps);
        for (var i = 0; i < _total.Length; i++)
        {
            _total[i].Calls -= _mark[i].Calls;
            _total[i].Elapsed -= _mark[i].Elapsed;
            _total[i].Multiplying -= _mark[i].Multiplying;
            _total[i].Exchanging -= _mark[i].Exchanging;
            _mark[i] = _total[i];
        }
        _marked = (Steps, _lastProcessor);
    }

    private static TimeSpan Span(long ticks) => Stopwatch.GetElapsedTime(0, ticks);
}
