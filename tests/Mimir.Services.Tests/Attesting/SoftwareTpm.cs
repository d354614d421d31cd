using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;

namespace Mimir.Services.Tests.Attesting;

/// <summary>A real TPM 2.0 in software (Debian package swtpm), with state of its own, on a socket. Tests that need it skip without the program.</summary>
internal sealed class SoftwareTpm : IAsyncDisposable
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("mimir-tpm-");
    private readonly ConcurrentQueue<string> _output = [];
    private readonly Process _process;

    private SoftwareTpm()
    {
        Address = $"unix:{Path.Combine(_state.FullName, "tpm")}";
        var start = new ProcessStartInfo("swtpm",
        [
            "socket", "--tpm2", "--tpmstate", $"dir={_state.FullName}", "--server", $"type=unixio,path={Address[5..]}",
            "--ctrl", $"type=unixio,path={Path.Combine(_state.FullName, "control")}", "--flags", "not-need-init,startup-clear",
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>As attestation.tpm takes it.</summary>
    public string Address { get; }

    /// <summary>Starts one and waits until it takes a connection: its socket's file is there before it listens.</summary>
    public static async Task<SoftwareTpm> StartAsync()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(d => File.Exists(Path.Combine(d, "swtpm"))))
            Assert.Skip("the program swtpm is not installed (Debian package swtpm)");
        var tpm = new SoftwareTpm();
        while (!await tpm.ListensAsync())
        {
            if (tpm._process.HasExited) throw new InvalidOperationException($"swtpm ended with status {tpm._process.ExitCode}: {string.Join(' ', tpm._output)}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        return tpm;
    }

    private async Task<bool> ListensAsync()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Address[5..]), TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _state.Delete(recursive: true);
    }
}
