namespace Mimir.Spdz.Timing;

/// <summary>Time spent on one part.</summary>
/// <param name="Part">Which.</param>
/// <param name="Calls">How often it was entered.</param>
/// <param name="Elapsed">In all.</param>
/// <param name="Multiplying">Of it, in passes over matrices.</param>
/// <param name="Exchanging">Of it, in exchanges with the other parties: sending, and waiting for the slowest of them.</param>
public readonly record struct PartTime(StepPart Part, long Calls, TimeSpan Elapsed, TimeSpan Multiplying, TimeSpan Exchanging);
