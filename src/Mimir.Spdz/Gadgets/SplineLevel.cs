using System.Numerics;
using Mimir.Spdz.PointFunctions;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// One dealt number per piece: 1[R lies in the piece]·round(Q(u)·e^(−ρu)·2^<paramref name="Bits"/>) with u = R_low/2^s − ½ and Q the monic Legendre polynomial of degree
/// <paramref name="Power"/> on [−½, ½]: of all that begin with u^Power it is the smallest, and so is what rounding its coefficient costs. ρ is the level's rate.
/// </summary>
/// <param name="Power">The polynomial's degree.</param>
/// <param name="Bits">Its resolution. Further planes of the same power, at fewer bits, carry what rounding the coefficient before left over.</param>
public readonly record struct SplinePlane(int Power, int Bits);

/// <summary>Pieces <paramref name="First"/> to <paramref name="Last"/>, both included; none when Last is below First.</summary>
public readonly record struct PieceRange(int First, int Last)
{
    /// <summary>How many.</summary>
    public int Count => Last - First + 1;
}

/// <summary>
/// One resolution of a masked spline: pieces of width 2^<see cref="WidthBits"/> (in units of the input's last place) from <see cref="Low"/> on. The inputs that share
/// a piece of the mask are an interval of one width that ends anywhere within a piece, at place g ∈ [0, 1): so there are coefficients for several
/// <see cref="Cells"/> of g, each fitted on the interval (1/2 + 1/(2·cells)) widths around its centre.
/// </summary>
/// <param name="Low">Left edge of piece 0, in units of the input's last place.</param>
/// <param name="WidthBits">s: a piece spans 2^s units.</param>
/// <param name="Pieces">Number of pieces; of the coarsest level a power of two, counted modulo their total length.</param>
/// <param name="Planes">What is dealt, by ascending power and descending bits; none where the function is zero.</param>
/// <param name="Coefficients">[cell][piece][k]: the function is e^(ρτ) times this polynomial of τ, widths from the centre of the interval.</param>
/// <param name="InnerFirst">First piece index (inclusive) for which the next finer level answers instead; unused on level 0.</param>
/// <param name="InnerLast">Last such index, inclusive. The index is exact or one too high, so the finer level covers one width more.</param>
/// <param name="Rate">ρ: an exponential is one number e^(−ρu) in pieces of any width, where a polynomial is several. Zero: a polynomial.</param>
public sealed record SplineLevel(
    long Low, int WidthBits, int Pieces, IReadOnlyList<SplinePlane> Planes, double[][][] Coefficients, int InnerFirst = 0, int InnerLast = -1, double Rate = 0)
{
    /// <summary>Where more than the first two planes count: elsewhere the function is zero, or a straight line whose slope needs no rounding.</summary>
    public PieceRange Curved { get; init; } = new(0, Pieces - 1);

    /// <summary>Intervals of g with coefficients of their own.</summary>
    public int Cells => Coefficients.Length;

    /// <summary>Degree of every piece's polynomial.</summary>
    public int Degree => Planes.Count == 0 ? 0 : Planes[^1].Power;

    /// <summary>Dealt elements per evaluation by tables.</summary>
    public int TableLength => Pieces * Planes.Count;

    /// <summary>Pieces for which the finer level answers.</summary>
    public int InnerCount => InnerLast - InnerFirst + 1;
}

/// <summary>A function as nested splines, finest level first; the coarsest must cover everything that can occur.</summary>
/// <param name="Name">For people.</param>
/// <param name="OutputBits">G: fraction bits of the result.</param>
/// <param name="Levels">Finest first.</param>
/// <param name="Points">
/// Dealt as keys of point functions, for two parties: a finer level then lies exactly under the inner pieces of the coarser one. Otherwise as tables, whose
/// pieces are powers of two on every level.
/// </param>
public sealed record SplineFunction(string Name, int OutputBits, IReadOnlyList<SplineLevel> Levels, bool Points = false)
{
    /// <summary>Elements dealt with MAC per evaluation by tables, the mask not counted.</summary>
    public int TableLength { get; } = Levels.Sum(l => l.TableLength);

    /// <summary>One past the highest bit of the mask that decides about pieces.</summary>
    public int DomainBits { get; } = Levels[^1].WidthBits + BitOperations.Log2((uint)Levels[^1].Pieces);

    internal SplineKernel[] Kernels { get; } = [.. Levels.Select(l => new SplineKernel(l, OutputBits, Points))];

    /// <summary>The keys: every level's planes at the depth where a node is one of its pieces.</summary>
    internal PointShape Keys { get; } = ShapeOf(Levels);

    private static PointShape ShapeOf(IReadOnlyList<SplineLevel> levels)
    {
        var top = levels[^1].WidthBits + BitOperations.Log2((uint)levels[^1].Pieces);
        return new PointShape(levels[0].WidthBits, top - levels[0].WidthBits, [..
            levels.Reverse().Where(l => l.Planes.Count > 0).Select(l => new PointPayload(top - l.WidthBits, l.Planes.Count))]);
    }
}
