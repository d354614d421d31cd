using System.Diagnostics;

namespace Mimir.Overlay.Interfaces;

/// <summary>
/// wireguard-go as a child of this process. It ends when this object is disposed, and also when this process ends in any other way: a shell
/// between the two kills it when the pipe that this process holds closes.
/// </summary>
internal sealed class WireGuardProcess : IDisposable
{
    /// <summary>$1 is the interface. The shell waits for its own child, so the number that it kills is never another process's.</summary>
    private const string Script =
        """
        exec 3<&0
        wireguard-go -f "$1" 3<&- & child=$!
        { read -r _ <&3; kill "$child"; } & guard=$!
        wait "$child"; code=$?
        kill "$guard" 2>/dev/null
        exit "$code"
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Process _process;
    private readonly Task<string> _errors;

    private WireGuardProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        Exited = process.WaitForExitAsync();
    }

    /// <summary>Ends when the program has ended, for whatever reason.</summary>
    public Task Exited { get; }

    /// <summary>Where the program is, or null.</summary>
    public static string? Path => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(d => System.IO.Path.Combine(d, "wireguard-go")).FirstOrDefault(File.Exists);

    /// <summary>Starts it; the interface is there a little later.</summary>
    public static WireGuardProcess Start(string name, IpProgram ip)
    {
        string[] words = [.. ip.Enter, "/bin/sh", "-c", Script, "sh", name];
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        return new(Process.Start(start)!);
    }

    /// <summary>The last thing that it said, after it has ended.</summary>
    public async Task<string> LastWordsAsync()
    {
        // Its guard may hold the pipe a moment longer.
        var said = await Task.WhenAny(_errors, Task.Delay(Patience)) == _errors ? await _errors : "";
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault(l => char.IsAsciiLetterOrDigit(l[0])) ?? "it did not say why";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }
        if (!_process.WaitForExit(Patience)) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
