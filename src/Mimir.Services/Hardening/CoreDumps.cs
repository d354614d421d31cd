namespace Mimir.Services.Hardening;

/// <summary>
/// No core dump, by any way: the limit is 0, and the process is not dumpable, so that the kernel also writes none through a pipe, and nobody of the same account reads its memory
/// (/proc/PID/mem) or attaches to it (ptrace). Root still can: that is what confidential machines are for.
/// </summary>
internal static class CoreDumps
{
    private const int SetDumpable = 4, CoreLimit = 4;

    public static HardeningMeasure Measure { get; } = new(
        "core dumps", "off; this account's other processes cannot read the memory", () => OperatingSystem.IsLinux() ? null : SystemCalls.NotLinux, Take);

    private static string? Take() =>
        SystemCalls.SetLimit(CoreLimit, default) != 0 || SystemCalls.ProcessControl(SetDumpable, 0, 0, 0, 0) != 0
            ? $"cannot be switched off: {SystemCalls.LastError}"
            : null;
}
