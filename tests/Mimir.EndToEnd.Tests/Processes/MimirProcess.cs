using System.Diagnostics;
using System.Text;

namespace Mimir.EndToEnd.Tests.Processes;

/// <summary>The real program, run as a user would.</summary>
internal sealed class MimirProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource _firstText = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _firstError = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private TaskCompletionSource _moreOutput = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _moreErrors = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private MimirProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _output, _firstText), ReadAsync(process.StandardError, _errors, _firstError));
    }

    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "mimir.exe" : "mimir");

    /// <summary>What it has written so far.</summary>
    public string Output { get { lock (_output) return _output.ToString(); } }

    public string Errors { get { lock (_errors) return _errors.ToString(); } }

    public string LastError => Errors.TrimEnd().Split('\n')[^1];

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Completes with the first piece of text: tokens are coming.</summary>
    public Task FirstText => _firstText.Task;

    /// <summary>Completes with the first log line.</summary>
    public Task FirstError => _firstError.Task;

    public static MimirProcess Start(params string[] arguments) => Launch(Executable, arguments);

    /// <summary>With its state in a directory of its own.</summary>
    public static MimirProcess StartAt(string stateHome, params string[] arguments) => Launch(Executable, arguments, stateHome);

    /// <summary>In a network namespace, as root.</summary>
    public static MimirProcess StartIn(string networkNamespace, params string[] arguments) => Launch("ip", ["netns", "exec", networkNamespace, Executable, .. arguments]);

    private static MimirProcess Launch(string program, string[] arguments, string? stateHome = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        // Under a test host the runtime is found as the host found it.
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is null && Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(typeof(object).Assembly.Location)))) is { } root)
            start.Environment["DOTNET_ROOT"] = root;
        if (stateHome is not null) start.Environment["XDG_STATE_HOME"] = stateHome;
        return new MimirProcess(Process.Start(start)!);
    }

    /// <summary>Runs to the end, with its state in a directory of its own.</summary>
    public static async Task<(int Code, string Output, string LastError)> RunAtAsync(string stateHome, params string[] arguments)
    {
        await using var process = StartAt(stateHome, arguments);
        var code = await process.ExitAsync();
        return (code, process.Output, process.LastError);
    }

    /// <summary>Writes a line to its standard input.</summary>
    public async Task TypeAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>As a terminal's Ctrl+C.</summary>
    public async Task InterruptAsync()
    {
        using var kill = Process.Start("kill", ["-INT", _process.Id.ToString()]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until its output is as expected.</summary>
    /// <exception cref="InvalidOperationException">It ended without.</exception>
    public async Task PrintedAsync(Predicate<string> expected)
    {
        while (true)
        {
            Task more;
            lock (_output)
            {
                if (expected(_output.ToString())) return;
                more = _moreOutput.Task;
            }
            if (_reading.IsCompleted) throw new InvalidOperationException($"it never printed what was expected, but: {Output} {Errors}");
            await Task.WhenAny(more, _reading).WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Runs to the end.</summary>
    public static async Task<(int Code, string Output, string LastError)> RunAsync(params string[] arguments)
    {
        await using var process = Start(arguments);
        var code = await process.ExitAsync();
        return (code, process.Output, process.LastError);
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _reading;
        return _process.ExitCode;
    }

    /// <summary>Waits for its log to say something.</summary>
    /// <exception cref="InvalidOperationException">It ended without.</exception>
    public async Task SaidAsync(string expected)
    {
        while (true)
        {
            Task more;
            lock (_errors)
            {
                if (_errors.ToString().Contains(expected, StringComparison.Ordinal)) return;
                more = _moreErrors.Task;
            }
            if (_reading.IsCompleted) throw new InvalidOperationException($"'{expected}' was never said, but: {Errors}");
            await Task.WhenAny(more, _reading).WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Its child processes by what they are: "node p1" → id. Read from /proc, so on Linux only.</summary>
    public IReadOnlyDictionary<string, int> Children()
    {
        var children = new Dictionary<string, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            try
            {
                var status = File.ReadAllText(Path.Combine(folder, "stat"));
                var parent = int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[1]);
                if (parent != _process.Id) continue;
                var words = File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
                var at = Array.IndexOf(words, "supervised");
                if (at >= 0) children[string.Join(' ', words[(at + 1)..])] = int.Parse(Path.GetFileName(folder));
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }
        return children;
    }

    /// <summary>Ends it the hard way.</summary>
    public void Kill() => _process.Kill(entireProcessTree: false);

    /// <summary>As a terminal's interrupt or a service manager's stop.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString()]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader, StringBuilder into, TaskCompletionSource first)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is > 0 and var count)
        {
            lock (into)
            {
                into.Append(buffer, 0, count);
                if (into == _output)
                {
                    _moreOutput.TrySetResult();
                    _moreOutput = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }
                else
                {
                    _moreErrors.TrySetResult();
                    _moreErrors = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
            first.TrySetResult();
        }
        first.TrySetResult();
    }
}
