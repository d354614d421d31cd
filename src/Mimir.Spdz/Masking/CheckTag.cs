using Mimir.Numerics;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Masking;

/// <summary>
/// One party's Freivalds tag of a matrix slot: with ρ secret, u = ρᵀE, w = ρᵀA and the mask a_u, E_u = u − a_u opened at load,
/// κ_i = [ρ]_i·c − ([u]_i + [w]_i)·d − E_u·[b]_i − [t]_i sums to ρᵀ(c − R − W·x) = 0 over the parties.
/// A wrong c or d passes with probability 1/p. Source: protocol.md section 4.
/// </summary>
internal sealed class CheckTag(double[] rho, double[] weightTag, double[] maskedTag)
{
    /// <summary>[ρ]_i, one element per output.</summary>
    public double[] Rho { get; } = rho;

    /// <summary>[u]_i + [w]_i = [ρᵀW]_i, one element per input.</summary>
    public double[] WeightTag { get; } = weightTag;

    /// <summary>E_u, public, one element per input.</summary>
    public double[] MaskedTag { get; } = maskedTag;

    /// <summary>κ_i for one use; <paramref name="c"/> without its public offset.</summary>
    public double Kappa(ReadOnlySpan<double> c, ReadOnlySpan<double> d, ReadOnlySpan<double> b, double t)
    {
        var kappa = Field.Subtract(FieldVector.Dot(Rho, c), FieldVector.Dot(WeightTag, d));
        return Field.Subtract(Field.Subtract(kappa, FieldVector.Dot(MaskedTag, b)), t);
    }

    /// <summary>Zeroes the secrets.</summary>
    public void Clear()
    {
        Array.Clear(Rho);
        Array.Clear(WeightTag);
    }
}

/// <summary>The dealer's side of a tag: t = ρᵀR + w·b + a_u·b.</summary>
internal sealed class DealerTag(double[] rho, double[] inputTag)
{
    /// <summary>ρ.</summary>
    public double[] Rho { get; } = rho;

    /// <summary>w + a_u.</summary>
    public double[] InputTag { get; } = inputTag;

    /// <summary>t for one use under mask R with input mask b.</summary>
    public double T(ReadOnlySpan<double> r, ReadOnlySpan<double> b) => Field.Add(FieldVector.Dot(Rho, r), FieldVector.Dot(InputTag, b));

    /// <summary>Zeroes the secrets.</summary>
    public void Clear()
    {
        Array.Clear(Rho);
        Array.Clear(InputTag);
    }
}
