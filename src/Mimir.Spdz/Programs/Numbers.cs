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
    private readonly Dictionary<int, SplineFunction> _reciprocals = [];

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
        Activation = SplineTables.Activation(layout.Activation, fractionBits, fractionBits + 16, degree, parties);
        Exponential = SplineTables.Exponential(fractionBits, fractionBits + 16, degree, parties);
        InverseRoot = SplineTables.InverseRoot(layout.HiddenSize, layout.NormEpsilon, SquareBits, degree, parties);
        RowMaximum = new ComparisonPlan(fractionBits - 4, fractionBits + 8, parties == 2);
        Vocabulary = new ComparisonPlan(Math.Max(0, fractionBits - 13), fractionBits + 8, parties == 2);
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

    /// <summary>Fraction bits of 1/Σexp.</summary>
    public const int ReciprocalBits = 24;

    /// <summary>The MLP's activation.</summary>
    public SplineFunction Activation { get; }

    /// <summary>exp for differences to (about) the row's maximum.</summary>
    public SplineFunction Exponential { get; }

    /// <summary>Σx² at 2·SquareBits → 1/sqrt(Σx²/k + ε).</summary>
    public SplineFunction InverseRoot { get; }

    /// <summary>Softmax maximum: 12 bits, to 1/16.</summary>
    public ComparisonPlan RowMaximum { get; }

    /// <summary>Argmax over logits: to 2^−13 a round, for differences below 2^8.</summary>
    public ComparisonPlan Vocabulary { get; }

    /// <summary>1/x for sums of <paramref name="positions"/> exponentials.</summary>
    public SplineFunction Reciprocal(int positions)
    {
        var levels = SplineTables.ReciprocalLevels(positions);
        lock (_reciprocals)
        {
            if (!_reciprocals.TryGetValue(levels, out var function))
                _reciprocals[levels] = function = SplineTables.Reciprocal(FractionBits, Degree, levels, Parties);
            return function;
        }
    }

    /// <summary>x as a field element with f fraction bits.</summary>
    public double Encode(double x) => Field.Encode(x, FractionBits);
}
