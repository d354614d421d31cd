using System.Diagnostics;

namespace Mimir.Fuzzing;

/// <summary>
/// Fuzzes one target: first every single inverted bit of every seed, then mutations guided by behaviour. Two inputs behave alike when their
/// <see cref="Outcome.Shape"/> and the memory they allocate, within a fifth, are alike, and, in a rewritten program, the branches they take (<see cref="Coverage"/>).
/// </summary>
internal sealed class Fuzzer(FuzzTarget target, FuzzSettings settings)
{
    private readonly string _found = Path.Combine(settings.Folder, "findings", target.Name);
    private readonly Corpus _corpus = new(target.Seeds, Path.Combine(settings.Folder, "corpus", target.Name));
    private readonly Coverage _coverage = new();
    private readonly HashSet<string> _kinds = new(StringComparer.Ordinal);
    private long _runs, _mostAllocated;

    /// <summary>Runs for the time set; the number of findings.</summary>
    public int Run()
    {
        var random = new Random(settings.Seed);
        var mutator = new Mutator(random);
        using var watchdog = new Watchdog(Trial.Longest, _found);
        var clock = Stopwatch.StartNew();
        foreach (var seed in _corpus.Inputs.ToArray()) Try(seed, watchdog, keep: false);
        foreach (var flipped in Flips(clock)) Try(flipped, watchdog, keep: true);
        while (clock.Elapsed < settings.Time) Try(mutator.Mutate(_corpus.Pick(random), () => _corpus.Pick(random)), watchdog, keep: true);
        Console.WriteLine(
            $"{target.Name}: {_runs} inputs in {clock.Elapsed.TotalSeconds:F0} s ({_runs / clock.Elapsed.TotalSeconds:F0}/s), {_corpus.Shapes} behaviours, "
            + $"{_coverage.Count} branch pairs, corpus {_corpus.Count}, at most {_mostAllocated / 1024} KiB allocated by one input, {_kinds.Count} findings");
        return _kinds.Count;
    }

    private IEnumerable<byte[]> Flips(Stopwatch clock)
    {
        foreach (var seed in target.Seeds)
        {
            for (var bit = 0; bit < seed.Length * 8; bit++)
            {
                if (clock.Elapsed > settings.Time / 2) yield break;
                var flipped = seed.ToArray();
                flipped[bit / 8] ^= (byte)(1 << bit % 8);
                yield return flipped;
            }
        }
    }

    private void Try(byte[] input, Watchdog watchdog, bool keep)
    {
        _runs++;
        watchdog.Begin(input);
        Coverage.Begin();
        var trial = Trial.Run(target, input, _corpus.IsSeed(input));
        watchdog.End();
        _mostAllocated = Math.Max(_mostAllocated, trial.Allocated);
        if (trial.Finding is var (kind, what)) Report(kind, what, input);
        if (trial.Outcome is { } outcome) _corpus.Learn(input, $"{outcome.Shape} {(int)(4 * Math.Log2(trial.Allocated + 1))}", _coverage.Learn(), keep);
    }

    private void Report(string kind, string what, byte[] input)
    {
        if (!_kinds.Add($"{kind} {what}")) return;
        Console.Error.WriteLine($"{target.Name}: {kind}: {what}; the input is {Findings.Save(_found, kind, input)}");
    }
}
