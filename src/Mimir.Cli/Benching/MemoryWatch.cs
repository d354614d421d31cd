using System.Globalization;
using Mimir.Cli.Demo;

namespace Mimir.Cli.Benching;

/// <summary>Samples the resident memory of a cluster's processes and of this one.</summary>
internal sealed class MemoryWatch(LocalCluster cluster)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly SortedDictionary<string, long> _peaks = new(StringComparer.Ordinal);
    private long _total;

    /// <summary>Peaks so far.</summary>
    public IReadOnlyDictionary<string, long> Peaks => new SortedDictionary<string, long>(_peaks, StringComparer.Ordinal) { ["total"] = _total };

    /// <summary>Samples until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var total = Sample("client", Environment.ProcessId);
            foreach (var process in cluster.Processes)
                if (!process.Exited.IsCompleted) total += Sample($"{process.Role} {process.Name}", process.ProcessId);
            _total = Math.Max(_total, total);
            await Task.Delay(Interval, CancellationToken.None);
        }
    }

    /// <summary>Resident bytes now (VmRSS); the peak (VmHWM) is kept.</summary>
    private long Sample(string name, int process)
    {
        try
        {
            long resident = 0;
            foreach (var line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status")))
            {
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal)) _peaks[name] = Math.Max(_peaks.GetValueOrDefault(name), Kilobytes(line) * 1024);
                if (line.StartsWith("VmRSS:", StringComparison.Ordinal)) resident = Kilobytes(line) * 1024;
            }
            return resident;
        }
        catch (IOException)
        {
            // It has just ended, or this system has no /proc: then nothing is reported for it.
            return 0;
        }
    }

    private static long Kilobytes(string line) => long.Parse(line.AsSpan(6).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
}
