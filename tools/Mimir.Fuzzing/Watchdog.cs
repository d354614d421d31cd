namespace Mimir.Fuzzing;

/// <summary>Ends the process when one input takes too long; the input is kept for whoever looks into it.</summary>
internal sealed class Watchdog : IDisposable
{
    private readonly Timer _timer;
    private readonly TimeSpan _limit;
    private readonly string _folder;
    private volatile byte[]? _input;
    private long _since;

    /// <summary>Allows <paramref name="limit"/> per input.</summary>
    public Watchdog(TimeSpan limit, string folder)
    {
        (_limit, _folder) = (limit, folder);
        _timer = new Timer(_ => Look(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>An input begins.</summary>
    public void Begin(byte[] input)
    {
        Interlocked.Exchange(ref _since, Environment.TickCount64);
        _input = input;
    }

    /// <summary>It ended.</summary>
    public void End() => _input = null;

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (_input is not { } input || Environment.TickCount64 - Interlocked.Read(ref _since) < _limit.TotalMilliseconds) return;
        var file = Findings.Save(_folder, "hang", input);
        Console.Error.WriteLine($"hang: one input takes longer than {_limit.TotalSeconds} s; it is {file}");
        Environment.Exit(1);
    }
}
