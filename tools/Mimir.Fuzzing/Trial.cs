namespace Mimir.Fuzzing;

/// <summary>One input given to one parser.</summary>
/// <param name="Outcome">What the parser did; null when it threw.</param>
/// <param name="Allocated">Bytes it allocated.</param>
/// <param name="Finding">What it should not have done: its kind and a line; null: nothing.</param>
internal sealed record Trial(Outcome? Outcome, long Allocated, (string Kind, string What)? Finding)
{
    /// <summary>Most bytes that one input may make a parser allocate.</summary>
    public const long MostMemory = 64L << 20;

    /// <summary>Longest time for one input.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Runs it.</summary>
    public static Trial Run(FuzzTarget target, byte[] input, bool isSeed)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var outcome = target.Run(input);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            return new Trial(
                outcome, allocated,
                allocated > MostMemory ? ("memory", "allocated more than is allowed") : outcome.Accepted && !isSeed ? ("accepted", "accepted what is no seed") : null);
        }
        catch (Exception e)
        {
            return new Trial(null, 0, ("crash", $"{e.GetType().Name} {e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("Mimir", StringComparison.Ordinal))?.Trim()}"));
        }
    }
}
