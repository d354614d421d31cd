using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;
using System.Text.Json;

namespace Mimir.Cli.Benching;

/// <summary>A file of measurements, one JSON object a line, oldest first: when, which commit, which machine, what came out.</summary>
internal static class History
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Opens or makes the file before anything is measured, so that a wrong path costs nothing.</summary>
    public static TextWriter Open(string file) => new StreamWriter(file, append: true);

    /// <summary>Adds <paramref name="report"/>.</summary>
    public static void Append(TextWriter file, BenchReport report, DateTimeOffset now)
    {
        var entry = new
        {
            Date = now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Commit = Git("rev-parse", "--short", "HEAD"),
            Altered = Git("status", "--porcelain", "--untracked-files=no") is { Length: > 0 },
            Machine = new { Processor = Processor(), RegisterBits = RegisterBits(), Cores = Environment.ProcessorCount, MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes },
            Report = report,
        };
        file.Write(JsonSerializer.Serialize(entry, Format) + "\n");
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
            return ProcessorOf(File.ReadLines("/proc/cpuinfo"));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The first processor's name, family and model: clouds give one name to several generations.</summary>
    internal static string? ProcessorOf(IEnumerable<string> cpuinfo)
    {
        var facts = cpuinfo.TakeWhile(line => line.Length > 0).Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).Where(pair => pair.Length == 2)
            .ToLookup(pair => pair[0], pair => pair[1]);
        string[] known = [.. facts["model name"], .. facts["cpu family"].Select(family => $"family {family}"), .. facts["model"].Select(model => $"model {model}")];
        return known.Length == 0 ? null : string.Join(", ", known);
    }

    /// <summary>Of the widest registers that kernels use.</summary>
    private static int RegisterBits() => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
}
