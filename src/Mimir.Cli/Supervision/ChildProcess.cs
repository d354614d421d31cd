using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using Mimir.Cli.Benching.Networks;
using Mimir.Spdz;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;

namespace Mimir.Cli.Supervision;

/// <summary>
/// A child process of the same executable in one role. Disposing of it closes its standard input, waits a little and then kills it, so that
/// nothing is left behind.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(2);
    private readonly Process _process;
    private readonly Action<string> _log;
    private readonly Channel<string> _output = Channel.CreateUnbounded<string>();
    private readonly Task _reading;
    private volatile string? _error;

    private ChildProcess(Process process, string role, string name, Action<string> log)
    {
        (_process, _log, Role, Name) = (process, log, role, name);
        _reading = Task.WhenAll(ReadOutputAsync(), ReadErrorsAsync());
        Exited = EndAsync();
    }

    /// <summary>Its role's word on the command line.</summary>
    public string Role { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its process number.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Completes with its exit status once it has ended and all that it wrote was read.</summary>
    public Task<int> Exited { get; }

    /// <summary>Its lines on standard output.</summary>
    public ChannelReader<string> Output => _output.Reader;

    /// <summary>
    /// Starts it, from <paramref name="executable"/> or else from this program, on <paramref name="host"/> or else here; it waits for its settings.
    /// </summary>
    public static ChildProcess Start(string? executable, string role, string name, Action<string> log, EmulatedHost? host = null)
    {
        var path = executable ?? Environment.ProcessPath ?? throw new InvalidOperationException("the path of this program is not known");
        string[] words = host is null ? [path] : [.. NetworkNamespaces.Enter(host.Namespace), path];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (Path.GetFileNameWithoutExtension(path) == "dotnet") start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (var argument in new[] { "supervised", role, name }) start.ArgumentList.Add(argument);
        // Short lives: no background compilation for statistics, no background collector.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        // No port in the temporary directory through which the same account could ask for a dump.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        var process = Process.Start(start) ?? throw new InvalidOperationException($"the process of {role} '{name}' could not be started");
        if (role == "triples") Yield(process);
        return new ChildProcess(process, role, name, log);
    }

    /// <summary>
    /// Lowers its priority: where all roles share a machine, everybody waits for a step, and nobody for what is dealt ahead of need. Threads keep what they begin with, so it
    /// comes before the runtime has made any.
    /// </summary>
    private static void Yield(Process process)
    {
        try { process.PriorityClass = ProcessPriorityClass.BelowNormal; }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended, which is noticed elsewhere, or may not be slowed down.
        }
    }

    /// <summary>Gives it its settings.</summary>
    public Task ConfigureAsync(SupervisedSettings settings) => WriteAsync(JsonSerializer.Serialize(settings, SupervisedJson.Default.SupervisedSettings));

    /// <summary>Writes one line to it. That it has ended already is noticed elsewhere.</summary>
    public async Task WriteAsync(string line)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(line);
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // Exited completes.
        }
    }

    /// <summary>The address that it says it listens on.</summary>
    /// <exception cref="SessionFailedException">It ended instead; with its own last line.</exception>
    public async Task<string> ListeningAsync(CancellationToken cancellation)
    {
        await foreach (var line in Output.ReadAllAsync(cancellation))
            if (line.StartsWith(SupervisedRole.ListeningPrefix, StringComparison.Ordinal)) return line[SupervisedRole.ListeningPrefix.Length..];
        throw await FailureAsync();
    }

    /// <summary>Why it ended, in its own words where it had any.</summary>
    public async Task<Exception> FailureAsync()
    {
        var code = await Exited;
        if (_error is not { } line) return new PeerLostException($"{Role} '{Name}' was lost: its process ended with status {code}");
        return code switch
        {
            ExitCode.Usage => new SessionFailedException(FailureKind.Usage, line),
            ExitCode.Misbehaviour => new SessionFailedException(FailureKind.PeerMisbehaved, line),
            ExitCode.Unreachable => new PeerLostException(line),
            _ => new SessionFailedException(FailureKind.RunFailed, $"{Role} '{Name}': {line}"),
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already.
        }
        try
        {
            await Exited.WaitAsync(EndWithin);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            await Exited;
        }
        _process.Dispose();
    }

    private async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync();
        await _reading;
        return _process.ExitCode;
    }

    private async Task ReadOutputAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line) _output.Writer.TryWrite(line);
        _output.Writer.TryComplete();
    }

    private async Task ReadErrorsAsync()
    {
        const string Prefix = "mimir: ";
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Prefix, StringComparison.Ordinal)) _error = line[Prefix.Length..];
            _log(line);
        }
    }
}
