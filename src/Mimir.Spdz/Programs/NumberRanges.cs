using System.Globalization;
using Mimir.Models.Ranges;
using Mimir.Models.Transformers;
using Mimir.Spdz.Gadgets;

namespace Mimir.Spdz.Programs;

/// <summary>How bad it is when a number leaves its range.</summary>
public enum RangeVerdict
{
    /// <summary>It stays within.</summary>
    Fits,

    /// <summary>It comes within a factor of two of a bound: a longer text may cross it.</summary>
    Near,

    /// <summary>Results lose accuracy.</summary>
    Inaccurate,

    /// <summary>Results are wrong (never a leak).</summary>
    Overflow,
}

/// <summary>An observed number that does not fit, or hardly.</summary>
/// <param name="Observed">Which, where, and between what.</param>
/// <param name="Verdict">How bad.</param>
/// <param name="Value">The end of its range that is at fault.</param>
/// <param name="Bound">What that end may be.</param>
public sealed record RangeFinding(RangeObservation Observed, RangeVerdict Verdict, double Value, double Bound);

/// <summary>
/// The ranges that <see cref="Numbers"/> and <see cref="SplineTables"/> leave to every kind of number, derived from the same fraction bits: docs/accuracy.md, "Ranges". Gadgets
/// do not check them, because a check would have to look at secrets: a model is checked in the clear, by its owner, before it is shared.
/// </summary>
public sealed class NumberRanges
{
    private const int ModulusBits = 48, LogitBits = 8, ValueBits = 8;
    private const double SmallestMeanSquare = 1e-4, NearFactor = 2;
    private readonly ModelLayout _layout;
    private readonly Numbers _numbers;

    /// <summary>For a session of <paramref name="layout"/> with these tunables; see <see cref="Numbers"/>.</summary>
    public NumberRanges(ModelLayout layout, int fractionBits, int degree, int parties) => (_layout, _numbers) = (layout, new Numbers(layout, fractionBits, degree, parties));

    /// <summary>f.</summary>
    public int FractionBits => _numbers.FractionBits;

    /// <summary>The open interval in which numbers of this kind at this place give right results.</summary>
    public (double Least, double Largest) Of(RangeKind kind, string place) => kind switch
    {
        RangeKind.NormInput => Within(ModulusBits - FractionBits),
        RangeKind.MeanSquare => MeanSquare(_layout.HiddenSize),
        RangeKind.HeadMeanSquare => MeanSquare(_layout.HeadSize),
        RangeKind.Product => Within(ModulusBits - FractionBits - (IsDown(place) ? _numbers.HiddenBits : FractionBits)),
        RangeKind.GatedProduct => Within(ModulusBits - FractionBits - _numbers.ActivationBits),
        RangeKind.ActivationInput => Domain(_numbers.Activation, 2 * FractionBits),
        RangeKind.CappedInput => place == _layout.Head.Name ? Domain(_numbers.LogitsCap!, FractionBits) : Domain(_numbers.AttentionCap!, 2 * FractionBits),
        RangeKind.RelativeScore => (-(1 << SoftmaxTables.RangeBits), (1 << SoftmaxTables.RangeBits) - (1 << SoftmaxTables.BinBits(_numbers.Parties))),
        RangeKind.CachedValue => Within(ValueBits),
        RangeKind.LogitSpread => Within(LogitBits),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of number"),
    };

    /// <summary>What of <paramref name="observations"/> does not fit, or hardly: the worst first.</summary>
    public IReadOnlyList<RangeFinding> Judge(IEnumerable<RangeObservation> observations) =>
        [.. observations.Select(Judge).OfType<RangeFinding>().OrderByDescending(f => f.Verdict).ThenByDescending(f => Math.Abs(f.Value / f.Bound))];

    /// <summary>The most fraction bits, at most <paramref name="fractionBits"/>, at which nothing overflows; null: none that are allowed.</summary>
    public static int? MostFractionBits(ModelLayout layout, int fractionBits, int degree, int parties, IReadOnlyList<RangeObservation> observations)
    {
        for (var bits = fractionBits; bits >= 12; bits--)
            if (!new NumberRanges(layout, bits, degree, parties).Judge(observations).Any(f => f.Verdict == RangeVerdict.Overflow)) return bits;
        return null;
    }

    /// <summary>"layers.3.up: the MLP's activation input reaches 130, above 112".</summary>
    public static string Describe(RangeFinding finding)
    {
        var what = finding.Observed.Kind switch
        {
            RangeKind.NormInput => "what the norm before it reads",
            RangeKind.MeanSquare => "the mean square before the norm",
            RangeKind.HeadMeanSquare => "the mean square of a head before its norm",
            RangeKind.CappedInput => "what is capped",
            RangeKind.Product => "the matrix's product",
            RangeKind.ActivationInput => "the activation's input",
            RangeKind.GatedProduct => "gate times up",
            RangeKind.RelativeScore => "an attention score relative to its row's first",
            RangeKind.CachedValue => "a value in the cache",
            _ => "the spread of logits",
        };
        var consequence = finding.Verdict switch
        {
            RangeVerdict.Overflow => "results will be wrong",
            RangeVerdict.Inaccurate => "results lose accuracy",
            _ => "a longer text may cross it",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{finding.Observed.Place}: {what} reaches {finding.Value:G4}, {(finding.Verdict == RangeVerdict.Near ? "near" : "beyond")} its bound {finding.Bound:G4}; {consequence}");
    }

    private RangeFinding? Judge(RangeObservation observed)
    {
        var (least, largest) = Of(observed.Kind, observed.Place);
        // Of both ends, the one that lies further out.
        var (value, bound) = Share(observed.Largest, largest) >= Share(observed.Least, least) ? (observed.Largest, largest) : (observed.Least, least);
        var share = Share(value, bound);
        if (share >= 1 || double.IsNaN(value)) return new RangeFinding(observed, RangeVerdict.Overflow, value, bound);
        if (observed.Kind is RangeKind.MeanSquare or RangeKind.HeadMeanSquare && observed.Least + _layout.NormEpsilon < SmallestMeanSquare) return new RangeFinding(observed, RangeVerdict.Inaccurate, observed.Least, SmallestMeanSquare);
        return share * NearFactor >= 1 ? new RangeFinding(observed, RangeVerdict.Near, value, bound) : null;
    }

    private (double Least, double Largest) MeanSquare(int width) => (double.NegativeInfinity, Math.ScaleB(1, ModulusBits - 2 * _numbers.Norm(width).SquareBits) / width);

    /// <summary>What the coarsest level covers, whichever of two neighbouring pieces an input near an edge is given to.</summary>
    private static (double Least, double Largest) Domain(SplineFunction function, int inputBits)
    {
        var level = function.Levels[^1];
        var first = level.Low + (function.Points ? 0 : 1L << level.WidthBits);
        return (Math.ScaleB(first, -inputBits), Math.ScaleB(level.Low + ((level.Pieces - 1L) << level.WidthBits), -inputBits));
    }

    private static double Share(double value, double bound) => double.IsInfinity(bound) ? 0 : value / bound;

    private bool IsDown(string place) => _layout.Blocks.Any(b => b.Down.Name == place);

    private static (double Least, double Largest) Within(int bits) => (-Math.ScaleB(1, bits), Math.ScaleB(1, bits));
}
