namespace Mimir.Services.Hardening;

/// <summary>What every role's process does to itself before it reads a key. It lasts for as long as the process; child processes inherit the filter of system calls.</summary>
public static class ProcessHardening
{
    /// <summary>All measures, in the order in which they are taken.</summary>
    public static IReadOnlyList<HardeningMeasure> Measures { get; } =
        [CoreDumps.Measure, DiagnosticsPort.Measure, SystemCallFilter.Measure, MemoryLock.Measure, Account.Measure];

    /// <summary>Takes every measure that can be had.</summary>
    public static IReadOnlyList<HardeningOutcome> Apply() => [.. Measures.Select(measure => Outcome(measure, measure.Obstacle() ?? measure.Take()))];

    /// <summary>What <see cref="Apply"/> would bring about here, without doing it.</summary>
    public static IReadOnlyList<HardeningOutcome> Examine() => [.. Measures.Select(measure => Outcome(measure, measure.Obstacle()))];

    private static HardeningOutcome Outcome(HardeningMeasure measure, string? reason) => new(measure.Name, reason is null, reason ?? measure.Effect);
}
