using Mimir.Numerics;

namespace Mimir.Spdz.Opening;

/// <summary>
/// Two histograms of what a party gets to see, over [0, p): what the other parties sent it (added up), and what that gives together with its own
/// share: the opened value. Of every opening at most <see cref="Sampled"/> numbers are counted, at places that depend on its length alone.
/// </summary>
/// <remarks>
/// What is counted is masked: an opening of a step shows x + r with r dealt uniform and used once, so that both histograms are those of uniform numbers
/// whatever the secrets are, and can be shown to anybody. That is not so, or not needed, for audited sections, check values, coins and sacrifices: their
/// openers count nothing. Allocates nothing after construction. Read between runs only (<see cref="Mimir.Spdz.Sessions.SessionView"/>).
/// </remarks>
public sealed class SeenNumbers
{
    /// <summary>Bins of a histogram, of equal width.</summary>
    public const int Bins = 32;

    /// <summary>Most numbers counted of one opening.</summary>
    public const int Sampled = 16;

    // value ≤ p − 1, and rounding adds less than 2^-51 of it: the product stays below Bins.
    private const double Scale = Bins / Field.P;
    private readonly long[] _received = new long[Bins];
    private readonly long[] _opened = new long[Bins];
    private readonly double[] _own = new double[Sampled];

    /// <summary>All numbers opened, counted or not.</summary>
    public long Numbers { get; private set; }

    /// <summary>Counts by bin of what the others sent; bin i holds [i·p/Bins, (i + 1)·p/Bins).</summary>
    public ReadOnlySpan<long> Received => _received;

    /// <summary>Counts by bin of what was opened.</summary>
    public ReadOnlySpan<long> Opened => _opened;

    /// <summary>Before the exchange: this party's own share.</summary>
    internal void Begin(ReadOnlySpan<double> share)
    {
        var stride = Stride(share.Length);
        for (int at = 0, i = 0; at < share.Length; at += stride) _own[i++] = share[at];
    }

    /// <summary>After it: Σ of all shares, of the same length.</summary>
    internal void End(ReadOnlySpan<double> opened)
    {
        var stride = Stride(opened.Length);
        for (int at = 0, i = 0; at < opened.Length; at += stride)
        {
            _opened[(int)(opened[at] * Scale)]++;
            _received[(int)(Field.Subtract(opened[at], _own[i++]) * Scale)]++;
        }
        Numbers += opened.Length;
    }

    private static int Stride(int length) => Math.Max(1, (length + Sampled - 1) / Sampled);
}
