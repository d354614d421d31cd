namespace Mimir.Services.Joining;

/// <summary>
/// Notices every few seconds, by its contents, that an operator has replaced a file, and has it taken. What cannot be taken is tried again until it can, or until the file is another one;
/// the reason is logged once.
/// </summary>
internal sealed class FileWatch : IAsyncDisposable
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stop = new();
    private readonly string _path;
    private readonly Action _take;
    private readonly Action<string> _log;
    private readonly Task _watching;
    private string? _said;
    private byte[] _taken;

    private FileWatch(string path, TimeProvider clock, Action take, Action<string> log)
    {
        (_path, _take, _log, _taken) = (path, take, log, Contents(path));
        _watching = WatchAsync(clock);
    }

    /// <summary>Begins; what the file holds now counts as taken.</summary>
    /// <param name="path">The file.</param>
    /// <param name="clock">The present time.</param>
    /// <param name="take">Takes what the file holds; throws where it cannot.</param>
    /// <param name="log">Told why not.</param>
    public static FileWatch Start(string path, TimeProvider clock, Action take, Action<string> log) => new(path, clock, take, log);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync(TimeProvider clock)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) Look();
        }
        catch (OperationCanceledException)
        {
            // The way it ends.
        }
    }

    private void Look()
    {
        try
        {
            var found = Contents(_path);
            // A file that is gone was not replaced.
            if (found.Length == 0 || found.AsSpan().SequenceEqual(_taken)) return;
            _take();
            (_taken, _said) = (found, null);
        }
        catch (Exception error)
        {
            if (error.Message != _said) _log($"'{_path}' was replaced and cannot be taken yet: {error.Message}");
            _said = error.Message;
        }
    }

    private static byte[] Contents(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
