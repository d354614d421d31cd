namespace Mimir.Services.Hardening;

/// <summary>One thing that a process does to itself so that its secrets stay in it.</summary>
/// <param name="Name">What it is, for example "core dumps".</param>
/// <param name="Effect">What holds once it is done.</param>
/// <param name="Obstacle">Why it cannot be had here and what to do; null when it can. Changes nothing.</param>
/// <param name="Take">Does it; the reason when the system refused, or null.</param>
public sealed record HardeningMeasure(string Name, string Effect, Func<string?> Obstacle, Func<string?> Take);
