using System.Runtime.CompilerServices;
using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Gadgets;

/// <summary>Linear maps with public real coefficients: local, then one rescaling (<see cref="Truncate"/>, dealt by the caller).</summary>
public static class PublicMaps
{
    /// <summary>Fraction bits of 1/k in <see cref="CenterAsync"/>.</summary>
    public const int MeanBits = 16;

    /// <summary>x − mean(x): 2^16·x − round(2^16/k)·Σx, rescaled. Error: |Σx|·2^−17 from the rounding of 1/k, and one unit in the last place.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> CenterAsync(PartyStep step, Share x)
    {
        var party = step.Party;
        var mean = party.Scale(party.SumRows(x, 1), Math.Round(Math.ScaleB(1, MeanBits) / x.Length));
        return await Truncate.RunAsync(step, party.Scale(x, Math.ScaleB(1, MeanBits)) - party.Repeat(mean, x.Length), MeanBits);
    }

    /// <summary>
    /// Every head's pairs turned by their public angles: y₁ = x₁·cos − x₂·sin, y₂ = x₂·cos + x₁·sin (<see cref="RotaryTable.At"/>), with f-bit
    /// cosines; one rescaling.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RotateAsync(PartyStep step, Share x, RotaryTable table, int position, Numbers numbers)
    {
        var party = step.Party;
        var cosine = party.Workspace.Rent(x.Length);
        var sine = party.Workspace.Rent(x.Length);
        var swapped = party.Rent(x.Length);
        for (var i = 0; i < x.Length; i++)
        {
            var inHead = i % table.HeadSize;
            var (cos, sin, partner) = table.At(position, inHead);
            cosine.Span[i] = numbers.Encode(cos);
            sine.Span[i] = numbers.Encode(sin);
            var other = i - inHead + partner;
            swapped.Value.Span[i] = x.Value.Span[other];
            if (party.Active) swapped.Mac.Span[i] = x.Mac.Span[other];
        }
        return await Truncate.RunAsync(step, new Opened(cosine) * x + new Opened(sine) * swapped, numbers.FractionBits);
    }

    /// <summary>
    /// x = 0 in the columns of a row-major <paramref name="x"/> that <paramref name="columns"/> names; none of them when it is empty. In place: x must be nothing
    /// that has been opened.
    /// </summary>
    internal static void Clear(Share x, ReadOnlySpan<bool> columns)
    {
        if (columns.IsEmpty) return;
        for (var i = 0; i < x.Length; i++)
        {
            if (!columns[i % columns.Length]) continue;
            x.Value.Span[i] = 0;
            if (!x.Mac.IsEmpty) x.Mac.Span[i] = 0;
        }
    }

    /// <summary>The rescaling of either map above.</summary>
    public static Cost Cost(int length) => Truncate.Cost(length);
}
