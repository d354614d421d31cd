using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Gadgets;

namespace Mimir.Spdz.Programs;

/// <summary>
/// Every public number-format decision of a session in one place: fraction bits, spline tables, comparison ranges. Derived from the model's
/// shape, the number of parties and two tunables, so parties and dealer agree when these do. Error budget: docs/accuracy.md.
/// </summary>
public sealed class Numbers
{
    private readonly Dictionary<int, SplineFunction> _logarithms = [];
    private readonly NormNumbers _hidden;
    private readonly NormNumbers _heads;

    /// <summary>
    /// <paramref name="fractionBits"/> = f (`fixed_point.scale_bits`, 12..20), <paramref name="degree"/> (`cheby.deg`, 1..5),
    /// <paramref name="parties"/> = N.
    /// </summary>
    public Numbers(ModelLayout layout, int fractionBits, int degree, int parties)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parties, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(fractionBits, 12);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fractionBits, 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(degree, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(degree, 5);
        (FractionBits, Degree, Parties) = (fractionBits, degree, parties);
        _hidden = new NormNumbers(layout.HiddenSize, layout.NormEpsilon, fractionBits, degree, parties);
        var heads = layout.Blocks.Any(b => b.HeadGains is not null) && layout.HeadSize != layout.HiddenSize;
        _heads = heads ? new NormNumbers(layout.HeadSize, layout.NormEpsilon, fractionBits, degree, parties) : _hidden;
        if (layout.AttentionCap > 0) AttentionCap = SplineTables.Cap(layout.AttentionCap, 2 * fractionBits, 2 * fractionBits, degree, parties);
        if (layout.LogitsCap > 0) LogitsCap = SplineTables.Cap(layout.LogitsCap, fractionBits, 2 * fractionBits, degree, parties);
        // Two parties read keys whose coefficients give results that need no rescaling; tables, and more fraction bits, keep 16 bits for it.
        var spare = parties == 2 && fractionBits <= 16 ? 4 : 16;
        Activation = SplineTables.Activation(layout.Activation, 2 * fractionBits, fractionBits + spare, degree, parties);
        ActivationBits = Activation.OutputBits <= fractionBits + 4 ? Activation.OutputBits : fractionBits;
        HiddenBits = layout.GatedMlp ? fractionBits : ActivationBits;
        Bins = SoftmaxTables.Bins(fractionBits, parties);
        SumBits = Math.Min(36, 48 - IsZero.Bits(layout.MaxPositions - 1));
        ExponentialSum = SoftmaxTables.ExponentialSum(fractionBits, degree, SumBits, parties);
        WeightBits = 40 - fractionBits;
        Exponential = SoftmaxTables.Exponential(fractionBits, degree, fractionBits <= 16 ? WeightBits : fractionBits + 24, parties);
        Vocabulary = new ComparisonPlan(CoarseBits(fractionBits), fractionBits + 8, parties == 2);
        Anything = new ComparisonPlan(CoarseBits(fractionBits), 52 - fractionBits, parties == 2);
    }

    /// <summary>f: fraction bits of every value between gadgets.</summary>
    public int FractionBits { get; }

    /// <summary>N: with two parties, tables are dealt as keys of point functions.</summary>
    public int Parties { get; }

    /// <summary>Degree of the spline pieces.</summary>
    public int Degree { get; }

    /// <summary>The norm of vectors of <paramref name="width"/> elements: the residual stream's, or a head's.</summary>
    public NormNumbers Norm(int width) =>
        width == _hidden.Width ? _hidden : width == _heads.Width ? _heads : throw new ArgumentException($"the model has no norm of {width} elements", nameof(width));

    /// <summary>The scores' soft cap, 2f → 2f; null: there is none.</summary>
    public SplineFunction? AttentionCap { get; }

    /// <summary>The logits' soft cap, f → 2f; null: there is none.</summary>
    public SplineFunction? LogitsCap { get; }

    /// <summary>The MLP's activation, from the product that it follows: 2f → <see cref="SplineFunction.OutputBits"/> fraction bits.</summary>
    public SplineFunction Activation { get; }

    /// <summary>Fraction bits of activations: the spline's own when they are few enough to multiply, else f after a rescaling.</summary>
    public int ActivationBits { get; }

    /// <summary>By how much the activation's spline is rescaled; 0: not at all.</summary>
    public int ActivationShift => Activation.OutputBits - ActivationBits;

    /// <summary>Fraction bits of what enters an MLP's second matrix.</summary>
    public int HiddenBits { get; }

    /// <summary>Where softmax looks for a row's maximum.</summary>
    public BinShape Bins { get; }

    /// <summary>Fraction bits of Σexp: a sum over the longest context stays below 2^48.</summary>
    public int SumBits { get; }

    /// <summary>exp for the sum: 2f → <see cref="SumBits"/>.</summary>
    public SplineFunction ExponentialSum { get; }

    /// <summary>exp for the weights: 2f → <see cref="SplineFunction.OutputBits"/>.</summary>
    public SplineFunction Exponential { get; }

    /// <summary>Fraction bits of attention weights; leaves room for values up to 2^8.</summary>
    public int WeightBits { get; }

    /// <summary>By how much weights are rescaled; 0: not at all.</summary>
    public int WeightShift => Exponential.OutputBits - WeightBits;

    /// <summary>Argmax over logits: to 2^−13 a round, for differences below 2^8.</summary>
    public ComparisonPlan Vocabulary { get; }

    /// <summary>The same for differences of whatever a product's rescaling can give, below 2^(52 − f) units: for bounds that must hold for every model and text.</summary>
    public ComparisonPlan Anything { get; }

    /// <summary>ln x for sums of <paramref name="positions"/> exponentials: <see cref="SumBits"/> → 2f.</summary>
    public SplineFunction Logarithm(int positions)
    {
        var range = SoftmaxTables.LogarithmRange(positions);
        lock (_logarithms)
        {
            if (!_logarithms.TryGetValue(range, out var function))
                _logarithms[range] = function = SoftmaxTables.Logarithm(FractionBits, Degree, SumBits, range, Parties);
            return function;
        }
    }

    /// <summary>Lowest bit that comparisons of logits look at, for 2^−13.</summary>
    internal static int CoarseBits(int fractionBits) => Math.Max(0, fractionBits - 13);

    /// <summary>x as a field element with f fraction bits.</summary>
    public double Encode(double x) => Field.Encode(x, FractionBits);
}
