using Mimir.Models.Files;
using Mimir.Models.Ranges;
using Mimir.Models.Transformers;
using Mimir.Spdz.Programs;

namespace Mimir.Cli.Storage;

/// <summary>What a range check says.</summary>
/// <param name="ScaleBits">f that was asked about.</param>
/// <param name="Tokens">Most tokens of the text that were taken.</param>
/// <param name="Observations">The ranges.</param>
/// <param name="Findings">What does not fit, or hardly; the worst first.</param>
/// <param name="FittingScaleBits">The most fraction bits, at most f, at which nothing overflows, or null.</param>
public sealed record RangeReport(
    int ScaleBits, int Tokens, IReadOnlyList<RangeObservation> Observations, IReadOnlyList<RangeFinding> Findings, int? FittingScaleBits)
{
    private const int MostShown = 8;

    /// <summary>Whether something is wrong at this f.</summary>
    public bool Overflows => Findings.Any(f => f.Verdict == RangeVerdict.Overflow);

    /// <summary>A warning for each finding and what to do, or one line that all is well.</summary>
    public void Print(TextWriter writer)
    {
        if (Findings.Count == 0)
        {
            writer.WriteLine($"range check: every number fits at fixed_point.scale_bits {ScaleBits}");
            return;
        }
        foreach (var finding in Findings.Take(MostShown)) writer.WriteLine($"warning: {NumberRanges.Describe(finding)}");
        if (Findings.Count > MostShown) writer.WriteLine($"warning: {Findings.Count - MostShown} more; --json shows all");
        if (!Overflows) return;
        writer.WriteLine(FittingScaleBits is { } bits
            ? $"warning: set fixed_point.scale_bits to {bits} or less in every role's configuration; at {ScaleBits} this model gives wrong text"
            : "warning: no fixed_point.scale_bits makes these numbers fit; this model gives wrong text, and 'mimir verify' shows it");
    }
}

/// <summary>Runs a text through the reference and compares what it saw with what fixed point holds.</summary>
public static class RangeCheck
{
    /// <summary>Most tokens of a text that are run.</summary>
    public const int MostTokens = 96;

    /// <summary>Whether the reference of <paramref name="layout"/> fits this machine's memory; it holds all weights as doubles.</summary>
    public static bool FitsMemory(ModelLayout layout) => Calibration.MemoryBytes(layout) < GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 10 * 7;

    /// <summary>Checks the model in <paramref name="directory"/>.</summary>
    /// <exception cref="UsageException">It is too large for this machine, or the text has no tokens.</exception>
    public static RangeReport Run(string directory, string? text, int scaleBits, int degree, int parties, CancellationToken cancellation)
    {
        using var model = ModelDirectory.Open(directory);
        var layout = model.Weights.Layout;
        if (!FitsMemory(layout))
            throw new UsageException($"{model.Name}: a range check needs {Quantity.Bytes(Calibration.MemoryBytes(layout))} of memory, which this machine has not free; run 'mimir model check' on a larger one");
        var seen = Calibration.Observe(model.Weights, model.Tokenizer, text ?? Calibration.Text, MostTokens, null, cancellation);
        return new RangeReport(scaleBits, MostTokens, seen, new NumberRanges(layout, scaleBits, degree, parties).Judge(seen), NumberRanges.MostFractionBits(layout, scaleBits, degree, parties, seen));
    }

    /// <summary>The check that follows an import or a pull: warns on <paramref name="error"/>, and says so when the model is too large for it.</summary>
    public static void Warn(string directory, int scaleBits, int degree, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            Run(directory, null, scaleBits, degree, 2, cancellation).Print(error);
        }
        catch (UsageException skipped)
        {
            error.WriteLine($"warning: not checked: {skipped.Message}");
        }
    }
}
