using Mimir.Spdz.Timing;
using Mimir.Transport.Protos;

namespace Mimir.Services.Workers;

/// <summary>A clock's times as a message.</summary>
internal static class PartMetrics
{
    /// <summary>Averages over the counted steps.</summary>
    public static IEnumerable<PartSeconds> Of(StepClock clock) => clock.Times.Select(t => new PartSeconds
    {
        Part = t.Part.ToString(),
        Calls = (double)t.Calls / clock.Steps,
        Seconds = t.Elapsed.TotalSeconds / clock.Steps,
        Multiplying = t.Multiplying.TotalSeconds / clock.Steps,
        Exchanging = t.Exchanging.TotalSeconds / clock.Steps,
    });
}
