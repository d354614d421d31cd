using System.Runtime.CompilerServices;
using Mimir.Models.Transformers;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// The row of a public table at a secret index: Wᵀ·e, e = <see cref="OneHot"/>(id). Local but for the one-hot vector: one round, one element
/// sent. Exact up to the rounding of W; the result has MACs because e has. Each party learns id + R, uniform.
/// </summary>
public static class PublicLookup
{
    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, SecretMatrix table) => OneHot.Deal(tape, table.Rows);

    /// <summary>The running half.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<Share> RunAsync(PartyStep step, SecretMatrix table, Share index) =>
        await PublicProduct.MultiplyAsync(step, new MatrixSlot(table, true), await OneHot.RunAsync(step, index, table.Rows));

    /// <summary>See the class.</summary>
    public static Cost Cost(SecretMatrix table, int parties) => OneHot.Cost(table.Rows, parties);
}
