using System.Runtime.CompilerServices;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// One position's attention against the secret cache: key, value and query are opened in one round (<see cref="CachedProduct"/>), the scores are
/// local from there, capped by a <see cref="Spline"/> where the model says so, then <see cref="Softmax"/> over the rows that are not dropped, the opening of the
/// weights, and the rescaling of the mixed values. Rounds: 3, the cap's and the softmax's. Elements opened: 2·kv + q + weights + q, the cap's and the softmax's.
/// </summary>
public static class Attention
{
    /// <summary>The step's part of the dealing half.</summary>
    public static void Deal(DealingTape tape, int heads, int headSize, int positions, Numbers numbers)
    {
        if (numbers.AttentionCap is { } cap) Spline.Deal(tape, heads * positions, cap);
        Softmax.Deal(tape, heads, positions, numbers);
        Truncate.Deal(tape, heads * headSize, numbers.WeightBits);
    }

    /// <summary>
    /// q: heads × headSize, key and value: kvHeads × headSize → heads × headSize, over cached rows from <paramref name="first"/> to the new one,
    /// <paramref name="row"/>; <paramref name="dropped"/>: which of these do not count, or none.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<Share> RunAsync(
        PartyStep step, PartyCache cache, int layer, int first, int row, AttentionMaterial material, Share query, Share key, Share value,
        Numbers numbers, ReadOnlyMemory<bool> dropped)
    {
        var d = await CachedProduct.AppendAsync(step, cache, layer, row, key, value, query - material.Query);
        var scores = CachedProduct.Scores(step.Party, cache, layer, first, row + 1, material, d);
        if (numbers.AttentionCap is { } cap) scores = await Spline.RunAsync(step, scores, cap);
        var weights = await Softmax.RunAsync(step, scores, query.Length / cache.HeadSize, numbers, dropped);
        var e = await step.Opener.OpenAsync(weights - material.Weights, step.Cancellation);
        return await Truncate.RunAsync(step, CachedProduct.Mix(step.Party, cache, layer, first, row + 1, material, e), numbers.WeightBits);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int heads, int keyValueHeads, int headSize, int positions, Numbers numbers) =>
        new Cost(1, (2L * keyValueHeads + heads) * headSize)
        + (numbers.AttentionCap is { } cap ? Spline.Cost(heads * positions, cap) : default)
        + Softmax.Cost(heads, positions, numbers)
        + new Cost(1, (long)heads * positions) + Truncate.Cost(heads * headSize);
}
