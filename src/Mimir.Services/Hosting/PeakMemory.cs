using System.Diagnostics;

namespace Mimir.Services.Hosting;

/// <summary>The most memory this process had resident, as the system counts it (VmHWM on Linux).</summary>
public static class PeakMemory
{
    /// <summary>In bytes, now.</summary>
    public static ulong Bytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return (ulong)Math.Max(0, process.PeakWorkingSet64);
        }
    }
}
