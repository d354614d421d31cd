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
        var logWidth = 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)(layout.HiddenSize - 1));
        SquareBits = Math.Min(fractionBits, (48 - 14 - logWidth) / 2);
        InverseRootBits = Math.Min(26, 47 - fractionBits - (logWidth + 1) / 2);
        // Two parties read keys whose coefficients give results that need no rescaling; tables, and more fraction bits, keep 16 bits for it.
        var spare = parties == 2 && fractionBits <= 16 ? 4 : 16;
        Activation = SplineTables.Activation(layout.Activation, 2 * fractionBits, fractionBits + spare, degree, parties);
        ActivationBits = Activation.OutputBits <= fractionBits + 4 ? Activation.OutputBits : fractionBits;
        HiddenBits = layout.GatedMlp ? fractionBits : ActivationBits;
        Bins = SoftmaxTables.Bins(fractionBits);
        SumBits = Math.Min(36, 48 - IsZero.Bits(layout.MaxPositions - 1));
        ExponentialSum = SoftmaxTables.ExponentialSum(fractionBits, degree, SumBits, parties);
        WeightBits = 40 - fractionBits;
        Exponential = SoftmaxTables.Exponential(fractionBits, degree, fractionBits <= 16 ? WeightBits : fractionBits + 24, parties);
        InverseRoot = SplineTables.InverseRoot(layout.HiddenSize, layout.NormEpsilon, SquareBits, degree, parties);
        Vocabulary = new ComparisonPlan(CoarseBits(fractionBits), fractionBits + 8, parties == 2);
        Anything = new ComparisonPlan(CoarseBits(fractionBits), 52 - fractionBits, parties == 2);
    }

    /// <summary>f: fraction bits of every value between gadgets.</summary>
    public int FractionBits { get; }

    /// <summary>N: with two parties, tables are dealt as keys of point functions.</summary>
    public int Parties { get; }

    /// <summary>Degree of the spline pieces.</summary>
    public int Degree { get; }

    /// <summary>Fraction bits of x while it is squared in a norm: leaves room for mean squares up to 2^14.</summary>
    public int SquareBits { get; }

    /// <summary>Fraction bits of 1/sqrt(mean square).</summary>
    public int InverseRootBits { get; }

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

    /// <summary>Σx² at 2·SquareBits → 1/sqrt(Σx²/k + ε).</summary>
    public SplineFunction InverseRoot { get; }

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
