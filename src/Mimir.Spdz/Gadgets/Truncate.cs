using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// ⌊z / 2^f⌋ + ε for z in (−2^48, 2^48 − 14), ε ∈ {0, 1} with mean (z mod 2^f)/2^f: unbiased rounding, no failure probability.
/// One round, n elements sent. Dealt per element: ⟦R⟧ uniform, ⟦R≫f⟧ and ⟦v⟧, v = [R ≥ (p+1)/2]. Each party learns z + 2^48 + R mod p,
/// which is uniform. Source: protocol.md section 5.1 (gadgets.py checks it by brute force).
/// </summary>
public static class Truncate
{
    private const long Offset = 1L << 48;

    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, int length, int shift)
    {
        using var r = new Secret(length);
        tape.Uniform(r.Span);
        DealTuple(tape, r.Span, shift);
    }

    /// <summary>⟦R≫f⟧ and ⟦v⟧ for a mask that has been drawn already (a linear layer's, which has no MAC).</summary>
    internal static void DealTuple(DealingTape tape, ReadOnlySpan<double> r, int shift)
    {
        using var value = new Secret(r.Length);
        for (var i = 0; i < r.Length; i++) value.Span[i] = (long)r[i] >> shift;
        tape.Authenticated(value.Span);
        for (var i = 0; i < r.Length; i++) value.Span[i] = 1 - (((long)r[i] - Field.Half) >>> 63);
        tape.Authenticated(value.Span);
    }

    /// <summary>c = open(z + 2^48 + R); y = u0 + v·s·(u1 − u0) − (R≫f) − 2^(48−f), u0 = c≫f, u1 = (c+p)≫f, s = [c &lt; (p+1)/2].</summary>
    public static async ValueTask<Share> RunAsync(PartyStep step, Share z, int shift)
    {
        var r = step.Tape.Uniform(z.Length);
        var tuple = ReadTuple(step, z.Length);
        var c = await step.Opener.OpenAsync(step.Party.AddScalar(z + r, Offset), step.Cancellation);
        return Finish(step.Party, c, tuple, shift);
    }

    /// <summary>The party's part of <see cref="DealTuple"/>.</summary>
    internal static (Share Shifted, Share Upper) ReadTuple(PartyStep step, int length) =>
        (step.Tape.Authenticated(length), step.Tape.Authenticated(length));

    /// <summary>The local part, from the opened c.</summary>
    internal static Share Finish(Party party, Opened c, (Share Shifted, Share Upper) tuple, int shift)
    {
        var known = party.Workspace.Rent(c.Length);
        var slope = party.Workspace.Rent(c.Length);
        var values = c.Values.Span;
        var knowns = known.Span;
        var slopes = slope.Span;
        for (var i = 0; i < values.Length; i++)
        {
            var opened = (long)values[i];
            var low = opened >> shift;
            var high = (opened + Field.Prime) >> shift;
            knowns[i] = Field.Reduce(low - (Offset >> shift));
            slopes[i] = opened < Field.Half ? high - low : 0;
        }
        return new Opened(slope) * tuple.Upper - tuple.Shifted + new Opened(known);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length) => new(1, length, Uniform: length, Authenticated: 2L * length);
}
