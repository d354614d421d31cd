using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// z = x ∘ y without rescaling, by Beaver triples. One round, 2n elements sent, n triples. Exact. Each party learns x − a and y − b,
/// which are uniform. Source: Beaver 1991.
/// </summary>
public static class Multiply
{
    /// <summary>e = open(x − a), d = open(y − b), z = c + e·b + d·a + e·d.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share x, Share y)
    {
        var (a, b, c) = step.Triples.Next(x.Length);
        var (e, d) = await step.Opener.OpenAsync(x - a, y - b, step.Cancellation);
        return Finish(step.Party, a, b, c, e, d);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length) => new(1, 2L * length, Triples: length);

    private static Share Finish(Party party, Share a, Share b, Share c, Opened e, Opened d)
    {
        var z = party.Rent(c.Length);
        Fuse(a.Value.Span, b.Value.Span, c.Value.Span, e, d, z.Value.Span);
        if (party.Index == 0) FieldVector.MultiplyAdd(e.Values.Span, d.Values.Span, z.Value.Span);
        if (!party.Active) return z;
        Fuse(a.Mac.Span, b.Mac.Span, c.Mac.Span, e, d, z.Mac.Span);
        var product = party.Workspace.Rent(c.Length).Span;
        FieldVector.Multiply(e.Values.Span, d.Values.Span, product);
        FieldVector.ScaleAdd(product, party.Alpha, z.Mac.Span);
        return z;
    }

    private static void Fuse(ReadOnlySpan<double> a, ReadOnlySpan<double> b, ReadOnlySpan<double> c, Opened e, Opened d, Span<double> z)
    {
        c.CopyTo(z);
        FieldVector.MultiplyAdd(e.Values.Span, b, z);
        FieldVector.MultiplyAdd(d.Values.Span, a, z);
    }
}
