using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Mimir.Cli.Benching;

/// <summary>A file of measurements, one JSON object a line, oldest first: when, which commit, which machine, what came out.</summary>
internal static class History
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Adds <paramref name="report"/>.</summary>
    public static void Append(string file, BenchReport report, DateTimeOffset now)
    {
        var entry = new
        {
            Date = now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Commit = Git("rev-parse", "--short", "HEAD"),
            Altered = Git("status", "--porcelain", "--untracked-files=no") is { Length: > 0 },
            Machine = new { Processor = Processor(), Cores = Environment.ProcessorCount, MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes },
            Report = report,
        };
        File.AppendAllText(file, JsonSerializer.Serialize(entry, Format) + "\n");
    }

    /// <summary>What git says about the checkout that the program was built in, or null.</summary>
    private static string? Git(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = AppContext.BaseDirectory, RedirectStandardOutput = true, RedirectStandardError = true });
            var output = process?.StandardOutput.ReadToEnd().Trim();
            process?.WaitForExit();
            return process?.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string? Processor()
    {
        try
        {
            return File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
