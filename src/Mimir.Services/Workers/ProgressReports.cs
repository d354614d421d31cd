namespace Mimir.Services.Workers;

/// <summary>Twice a second, if something has changed, tells how far a session is.</summary>
internal sealed class ProgressReports : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private readonly ITimer _timer;
    private int _last = -1;

    /// <summary>Starts telling.</summary>
    public ProgressReports(TimeProvider clock, Func<(int Done, int Total)?> progress, Action<uint, uint> tell) =>
        _timer = clock.CreateTimer(_ =>
        {
            if (progress() is not var (done, total) || Interlocked.Exchange(ref _last, done) == done) return;
            tell((uint)done, (uint)total);
        }, null, Period, Period);

    /// <summary>Stops telling.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();
}
