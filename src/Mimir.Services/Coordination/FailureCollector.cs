using Mimir.Transport.Protos;

namespace Mimir.Services.Coordination;

/// <summary>
/// Finds the cause among the reports of one failure. A broken connection is usually the consequence of something that another worker is about
/// to report, so a report of a lost peer waits for a moment; everything else counts at once.
/// </summary>
internal sealed class FailureCollector(TimeProvider clock, Action<SessionFailed> conclude)
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(600);
    private readonly Lock _lock = new();
    private SessionFailed? _pending;
    private ITimer? _timer;
    private bool _concluded;

    /// <summary>A worker's report.</summary>
    public void Report(SessionFailed failed)
    {
        if (failed.Kind != FailureKind.PeerLost)
        {
            Conclude(failed);
            return;
        }
        lock (_lock)
        {
            if (_concluded || _pending is not null) return;
            _pending = failed;
            _timer = clock.CreateTimer(_ => Conclude(failed), null, Moment, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Something that is certain.</summary>
    public void Conclude(SessionFailed failed)
    {
        lock (_lock)
        {
            if (_concluded) return;
            _concluded = true;
            _timer?.Dispose();
        }
        conclude(failed);
    }

    /// <summary>Nothing failed; later reports are consequences of the end.</summary>
    public bool Close()
    {
        lock (_lock)
        {
            var first = !_concluded;
            _concluded = true;
            _timer?.Dispose();
            return first;
        }
    }
}
