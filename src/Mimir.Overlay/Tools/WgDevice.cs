using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using Mimir.Overlay.Interfaces;
using Mimir.Overlay.Uapi;

namespace Mimir.Overlay.Tools;

/// <summary>An interface that the kernel serves, by way of the program <c>wg</c> (package wireguard-tools).</summary>
/// <param name="settings">Which, and in which network namespace.</param>
internal sealed class WgDevice(InterfaceSettings settings) : IWireGuardDevice
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly IpProgram _ip = new(settings.Namespace);

    /// <summary>Where the program is, or null.</summary>
    public static string? Path => ((string[])["/usr/bin/wg", "/usr/sbin/wg", "/bin/wg"]).FirstOrDefault(File.Exists);

    /// <inheritdoc/>
    public async Task<UapiDevice> GetAsync(CancellationToken cancellation)
    {
        using var command = new WgCommand(["show", settings.Name, "dump"], null);
        // As long as the longest answer: growing would leave copies of secrets behind.
        var answer = GC.AllocateUninitializedArray<byte>(WgDumpReader.MaxLength);
        var length = 0;
        try
        {
            length = await RunAsync(command, answer, cancellation);
            return WgDumpReader.Read(answer.AsSpan(0, length)) ?? throw new UapiException($"{settings.Name}: what 'wg show' prints is not understood");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(answer);
        }
    }

    /// <inheritdoc/>
    public async Task SetAsync(DeviceChange change, CancellationToken cancellation)
    {
        var commands = WgCommand.Of(settings.Name, change);
        try
        {
            foreach (var command in commands) await RunAsync(command, new byte[256], cancellation);
        }
        finally
        {
            foreach (var command in commands) command.Dispose();
        }
    }

    /// <summary>Runs one command to its end; how much of <paramref name="output"/> it has filled.</summary>
    private async Task<int> RunAsync(WgCommand command, byte[] output, CancellationToken cancellation)
    {
        string[] words = [.. _ip.Enter, Path ?? "wg", .. command.Words];
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        Process? process = null;
        try
        {
            process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            if (command.Secret is not null) await process.StandardInput.BaseStream.WriteAsync(command.Secret, patience.Token);
            process.StandardInput.Close();
            var length = 0;
            while (await process.StandardOutput.BaseStream.ReadAsync(output.AsMemory(length), patience.Token) is > 0 and var read)
                if ((length += read) == output.Length) throw new UapiException($"{settings.Name}: 'wg' prints more than {output.Length} bytes");
            await process.WaitForExitAsync(patience.Token);
            return process.ExitCode == 0 ? length : throw new UapiException($"{settings.Name}: 'wg {command.Words[0]}' failed: {(await errors).ReplaceLineEndings(" ").Trim()}");
        }
        catch (Exception error) when (error is Win32Exception or IOException)
        {
            throw new UapiException($"{settings.Name}: the program 'wg' could not be run: {error.Message}; install the package wireguard-tools");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new UapiException($"{settings.Name}: 'wg {command.Words[0]}' did not end within {Patience.TotalSeconds} s");
        }
        finally
        {
            if (process is { HasExited: false }) process.Kill();
            process?.Dispose();
        }
    }
}
