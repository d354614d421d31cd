namespace Mimir.Cli.Benching.Growth;

/// <summary>One thing to measure.</summary>
/// <param name="Shape">A shape with random weights.</param>
/// <param name="Context">Positions when the last token is sampled.</param>
/// <param name="Lanes">Sessions at once.</param>
/// <param name="Parties">N.</param>
/// <param name="Threads">Threads among which every party and the Triple Service divide large kernels.</param>
public sealed record GrowthPoint(string Shape, int Context, int Lanes, int Parties, int Threads)
{
    private const int MostWarm = 40;

    /// <summary>As a measurement of <paramref name="tokens"/> tokens.</summary>
    public BenchRequest Request(int tokens) => new(Shape, Context, tokens, Parties, true)
    {
        Lanes = Lanes,
        Warm = Math.Clamp(Context - tokens - 7, 0, MostWarm),
        Threads = Threads,
    };
}
