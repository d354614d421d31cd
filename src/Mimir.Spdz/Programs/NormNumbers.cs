using System.Numerics;
using Mimir.Spdz.Gadgets;

namespace Mimir.Spdz.Programs;

/// <summary>Number formats of the norm of vectors of one length.</summary>
public sealed class NormNumbers
{
    /// <summary>For <paramref name="width"/> elements with f = <paramref name="fractionBits"/>.</summary>
    public NormNumbers(int width, double epsilon, int fractionBits, int degree, int parties)
    {
        Width = width;
        var logWidth = 32 - BitOperations.LeadingZeroCount((uint)(width - 1));
        SquareBits = Math.Min(fractionBits, (48 - 14 - logWidth) / 2);
        RootBits = Math.Min(26, 47 - fractionBits - (logWidth + 1) / 2);
        Root = SplineTables.InverseRoot(width, epsilon, SquareBits, degree, parties);
    }

    /// <summary>k, elements of a vector.</summary>
    public int Width { get; }

    /// <summary>Fraction bits of x while it is squared: leaves room for mean squares up to 2^14.</summary>
    public int SquareBits { get; }

    /// <summary>Fraction bits of 1/sqrt(mean square).</summary>
    public int RootBits { get; }

    /// <summary>Σx² at 2·<see cref="SquareBits"/> → 1/sqrt(Σx²/k + ε).</summary>
    public SplineFunction Root { get; }
}
