using System.ComponentModel;
using System.Diagnostics;

namespace Mimir.Overlay.Interfaces;

/// <summary>The system's own <c>ip</c> program, in one network namespace.</summary>
/// <param name="networkNamespace">Which; null: this process's own.</param>
internal sealed class IpProgram(string? networkNamespace)
{
    private static readonly string[] Places = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"];

    /// <summary>Where it is, or null.</summary>
    public static string? Path => Places.FirstOrDefault(File.Exists);

    /// <summary>The words before a program's own that run it in the namespace.</summary>
    public string[] Enter => networkNamespace is null ? [] : [Path ?? "ip", "netns", "exec", networkNamespace];

    /// <summary>Whether <c>ip</c> with these words succeeds.</summary>
    public async Task<bool> SucceedsAsync(CancellationToken cancellation, params string[] words) => (await RunAsync(words, cancellation)).Code == 0;

    /// <summary>Runs <c>ip</c> with these words.</summary>
    /// <exception cref="OverlayException">It fails; the message is its own.</exception>
    public async Task DoAsync(CancellationToken cancellation, params string[] words)
    {
        var (code, errors) = await RunAsync(words, cancellation);
        if (code != 0) throw new OverlayException($"'ip {string.Join(' ', words)}' failed: {errors.ReplaceLineEndings(" ").Trim()}");
    }

    private async Task<(int Code, string Errors)> RunAsync(string[] words, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Path ?? "ip", networkNamespace is null ? words : ["-n", networkNamespace, .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await errors);
        }
        catch (Win32Exception)
        {
            throw new OverlayException("the program 'ip' could not be started; install the package iproute2");
        }
    }
}
