using System.Globalization;

namespace Mimir.Services.Hardening;

/// <summary>
/// Every page that this process touches stays in memory, shares, masks and keys wherever the runtime moves them: mlockall with MCL_ONFAULT, which locks pages as they are first
/// used and not what is only reserved. The runtime reserves hundreds of gigabytes and Linux counts those against RLIMIT_MEMLOCK, so it is all or nothing:
/// with a finite limit nothing is locked.
/// </summary>
internal static class MemoryLock
{
    private const int LockedMemory = 8, LockPrivilege = 14;
    private const int Current = 1, Future = 2, OnFault = 4;

    public static HardeningMeasure Measure { get; } = new("memory lock", "locked: nothing is written to swap", Obstacle, Take);

    private static string? Obstacle()
    {
        if (!OperatingSystem.IsLinux()) return SystemCalls.NotLinux;
        if (SystemCalls.GetLimit(LockedMemory, out var limit) != 0) return $"its limit is not known: {SystemCalls.LastError}";
        if (limit.Current == nuint.MaxValue || MayLock()) return null;
        return NotLocked(string.Create(CultureInfo.InvariantCulture, $"the limit is {limit.Current / 1024} KB; set LimitMEMLOCK=infinity (systemd), ulimits: memlock: -1 (compose) or 'ulimit -l unlimited'"));
    }

    private static string? Take() => SystemCalls.LockAll(Current | Future | OnFault) == 0 ? null : NotLocked(SystemCalls.LastError);

    private static string NotLocked(string reason) => $"not locked: {reason}{(HasSwap() ? "" : "; this machine has no swap now")}";

    /// <summary>CAP_IPC_LOCK, for which the limit does not count.</summary>
    private static bool MayLock()
    {
        const string Label = "CapEff:";
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith(Label, StringComparison.Ordinal));
        return line is not null && ulong.TryParse(line.AsSpan(Label.Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var held) && (held >> LockPrivilege & 1) == 1;
    }

    /// <summary>A heading and one line for each swap area.</summary>
    private static bool HasSwap() => !File.Exists("/proc/swaps") || File.ReadLines("/proc/swaps").Skip(1).Any();
}
