using System.Diagnostics;

namespace Mimir.Overlay.Interfaces;

/// <summary>
/// wireguard-go as a child of this process. It ends when this object is disposed, and also when this process ends in any other way: a shell
/// between the two kills it when the pipe that this process holds closes.
/// </summary>
internal sealed class WireGuardProcess : IInterfaceMaker
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
    private readonly Task _listening;
    private string _lastWords = "it did not say why";

    private WireGuardProcess(Process process)
    {
        _process = process;
        _listening = Task.WhenAll(ListenAsync(process.StandardError), ListenAsync(process.StandardOutput));
        Exited = process.WaitForExitAsync();
    }

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public async Task<string> LastWordsAsync()
    {
        // Its guard may hold the pipe a moment longer.
        await Task.WhenAny(_listening, Task.Delay(Patience));
        return _lastWords;
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

    /// <summary>Keeps the last line with words in it; the boxes that it draws have none.</summary>
    private async Task ListenAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
            if (line.Length > 0 && char.IsAsciiLetterOrDigit(line[0])) _lastWords = line.Trim();
    }
}
