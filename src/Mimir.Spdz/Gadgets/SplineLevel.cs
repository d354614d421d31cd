namespace Mimir.Spdz.Gadgets;

/// <summary>
/// One resolution of a masked spline: 2^<see cref="SegmentBits"/> segments of width 2^<see cref="WidthBits"/> (in units of the input's last
/// place) from <see cref="Low"/> on, modulo their total length.
/// </summary>
/// <param name="Low">Left edge of segment 0, in units of the input's last place.</param>
/// <param name="WidthBits">s: a segment spans 2^s units.</param>
/// <param name="SegmentBits">m: 2^m segments.</param>
/// <param name="OffsetBits">s' ≤ s: how finely the place within a segment is resolved.</param>
/// <param name="Coefficients">[segment][k]: powers of τ = t/2^s ∈ (−1, 1), t counted from the segment's left edge.</param>
/// <param name="InnerFirst">First segment index (inclusive) for which the next finer level answers instead; unused on level 0.</param>
/// <param name="InnerLast">Last such index, inclusive. The index is exact or one too high, so the finer level must cover one segment more.</param>
public sealed record SplineLevel(
    long Low, int WidthBits, int SegmentBits, int OffsetBits, double[][] Coefficients, int InnerFirst = 0, int InnerLast = -1)
{
    /// <summary>2^m.</summary>
    public int Segments => 1 << SegmentBits;

    /// <summary>Degree of every segment's polynomial.</summary>
    public int Degree => Coefficients[0].Length - 1;

    /// <summary>Dealt elements per evaluation: one plane of 2^m per power.</summary>
    public int TableLength => Segments * (Degree + 1);
}

/// <summary>A function as nested splines, finest level first; the coarsest must cover everything that can occur.</summary>
/// <param name="Name">For people.</param>
/// <param name="OutputBits">G: fraction bits of the result.</param>
/// <param name="Levels">Finest first.</param>
public sealed record SplineFunction(string Name, int OutputBits, IReadOnlyList<SplineLevel> Levels)
{
    /// <summary>Elements dealt with MAC per evaluation, the mask not counted.</summary>
    public int TableLength { get; } = Levels.Sum(l => l.TableLength);

    internal IReadOnlyList<SplineKernel> Kernels { get; } = [.. Levels.Select(l => new SplineKernel(l, OutputBits))];
}
