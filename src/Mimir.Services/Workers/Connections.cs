namespace Mimir.Services.Workers;

/// <summary>
/// Connections that are opened at the same time and closed together: when one of them fails, the others are given up, and those that
/// were made are closed.
/// </summary>
internal sealed class Connections(CancellationToken cancellation) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly List<Func<Task>> _close = [];

    /// <summary>Starts opening one.</summary>
    public Task<T> Add<T>(Func<CancellationToken, Task<T>> open) where T : IAsyncDisposable
    {
        var opening = open(_stop.Token);
        _close.Add(async () =>
        {
            try { await (await opening).DisposeAsync(); }
            catch (Exception) when (!opening.IsCompletedSuccessfully)
            {
                // Whoever awaited it was told.
            }
        });
        return opening;
    }

    /// <summary>Gives up what is still being opened and closes the rest.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var close in _close) await close();
        _stop.Dispose();
    }
}
