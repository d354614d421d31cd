using Mimir.Transport.Protos;

namespace Mimir.Services.Workers;

/// <summary>Twice a second, if something has changed, tells what a session's part has measured. Beside the session, never in its rounds.</summary>
internal sealed class ObservationReports : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private readonly ITimer _timer;
    private RoleMetrics? _last;

    /// <summary>Starts telling.</summary>
    public ObservationReports(TimeProvider clock, Func<RoleMetrics?> observe, Action<RoleMetrics> tell) =>
        _timer = clock.CreateTimer(_ =>
        {
            if (observe() is not { } now || now.Equals(Interlocked.Exchange(ref _last, now))) return;
            tell(now);
        }, null, Period, Period);

    /// <summary>Stops telling.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();
}
