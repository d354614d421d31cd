using System.Collections.Concurrent;
using Mimir.Spdz.PointFunctions;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// The digits of a comparison: bits [<paramref name="lowBit"/>, <paramref name="topBit"/>) of the masked difference, in digits of
/// <see cref="DigitBits"/>, most significant first. Bits below lowBit are ignored: the threshold is then exact to 2^lowBit. With
/// <paramref name="points"/> it is dealt as keys of point functions, for two parties, otherwise as tables.
/// </summary>
public sealed class ComparisonPlan(int lowBit, int topBit, bool points = false)
{
    /// <summary>Bits per digit: tables of 2^3 − 1 elements; of 2, 3 and 4 bits the one with the fewest bytes dealt.</summary>
    public const int DigitBits = 3;

    /// <summary>Elements dealt per digit: [v &lt; R_δ] for v &lt; 2^3 − 1 (the last entry is always 0).</summary>
    public const int TableLength = (1 << DigitBits) - 1;

    // How much finer than this plan the last rounds of a tournament are.
    private const int FinerBits = 3;

    private readonly ConcurrentDictionary<int, ComparisonPlan> _above = [];
    private readonly ConcurrentDictionary<(int LowBit, int Bits), ComparisonPlan> _rounds = [];
    private readonly ConcurrentDictionary<int, ComparisonPlan> _low = [];

    /// <summary>Elements dealt per comparison besides the mask: all digits' tables and r_top.</summary>
    public int ElementLength => Digits * TableLength + 1;

    /// <summary>Two-party form.</summary>
    public bool Points { get; } = points;

    /// <summary>First bit compared.</summary>
    public int LowBit { get; } = lowBit;

    /// <summary>|x| &lt; 2^topBit.</summary>
    public int TopBit { get; } = topBit;

    /// <summary>Number of digits; the most significant one may be shorter in value but not in table.</summary>
    public int Digits { get; } = (topBit - lowBit + DigitBits - 1) / DigitBits;

    /// <summary>The path of the compared bits; a node carries one number where a digit ends.</summary>
    internal PointShape Keys { get; } = Shape(lowBit, topBit, 1);

    /// <summary>The same with two numbers a node, the second one R times the first.</summary>
    internal PointShape KeysWithMask { get; } = Shape(lowBit, topBit, 2);

    /// <summary>The same path for keys whose covered answer is opened.</summary>
    internal BitShape Bits { get; } = new(lowBit, topBit - lowBit);

    /// <summary>The same comparison of numbers that carry <paramref name="bits"/> more bits below: an exact one looks at these too, a coarse one ignores them.</summary>
    internal ComparisonPlan Above(int bits) =>
        _above.GetOrAdd(bits, static (b, p) => new ComparisonPlan(p.LowBit == 0 ? 0 : p.LowBit + b, p.TopBit + b, p.Points), this);

    /// <summary>
    /// <see cref="Above"/> for round <paramref name="round"/> of the <paramref name="rounds"/> of a tournament. The coarse comparisons of two parties, whose keys grow with every bit, start
    /// coarser and become finer by a bit a round, as the pairs become fewer: Σ 2^lowBit over all rounds stays at most rounds·2^<see cref="LowBit"/>.
    /// </summary>
    internal ComparisonPlan OfRound(int round, int rounds, int bits)
    {
        if (!Points || LowBit == 0) return Above(bits);
        var first = LowBit;
        while (Loss(first + 1, rounds) <= (long)rounds << LowBit) first++;
        return _rounds.GetOrAdd((RoundBit(first, round), bits), static (k, p) => new ComparisonPlan(k.LowBit + k.Bits, p.TopBit + k.Bits, true), this);
    }

    /// <summary>Σ 2^lowBit over the rounds when the first one's is <paramref name="first"/>.</summary>
    private long Loss(int first, int rounds)
    {
        var loss = 0L;
        for (var round = 0; round < rounds; round++) loss += 1L << RoundBit(first, round);
        return loss;
    }

    private int RoundBit(int first, int round) => Math.Max(Math.Max(LowBit - FinerBits, 0), first - round);

    /// <summary>An exact comparison of numbers from −2^<paramref name="bits"/> up to 2^bits − 1.</summary>
    internal ComparisonPlan OfLowBits(int bits) => _low.GetOrAdd(bits, static (b, p) => new ComparisonPlan(0, b, p.Points), this);

    /// <summary>Digit δ (0 = most significant) of <paramref name="value"/>.</summary>
    public int Digit(long value, int digit)
    {
        var position = LowBit + (Digits - 1 - digit) * DigitBits;
        var width = Math.Min(DigitBits, TopBit - position);
        return (int)((value >> position) & ((1L << width) - 1));
    }

    private static PointShape Shape(int lowBit, int topBit, int planes) => new(lowBit, topBit - lowBit, [..
        Enumerable.Range(0, (topBit - lowBit + DigitBits - 1) / DigitBits).Select(d => new PointPayload((topBit - lowBit - 1) % DigitBits + 1 + d * DigitBits, planes))]);
}
