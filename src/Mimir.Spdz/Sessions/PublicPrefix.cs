using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Programs;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// Public tokens before everybody's prompt, with public weights: every party computes their keys and values in the clear, and they enter the cache as constants,
/// K = E with a mask of zero. Nothing is dealt and nothing opened for them; the parties compare a hash of what they computed.
/// </summary>
internal static class PublicPrefix
{
    /// <summary>Fills the cache's first rows; returns the SHA-256 of all keys and values.</summary>
    public static async Task<byte[]> FillAsync(PartyModel model, SessionPlan plan, PartyCache cache, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var position = 0;
        var arithmetic = new ClearArithmetic(model, plan.FractionBits, Store);
        var transformer = new Transformer<long[]>(model.Layout, arithmetic);
        for (; position < plan.PublicTokens.Count; position++)
        {
            cancellation.ThrowIfCancellationRequested();
            await transformer.StoreAsync([plan.PublicTokens[position]], position);
        }
        return hash.GetHashAndReset();

        void Store(int layer, long[] key, long[] value)
        {
            Enter(cache.Keys(layer), key);
            Enter(cache.Values(layer), value);
        }

        void Enter(PartyCache.Side side, long[] row)
        {
            var elements = Array.ConvertAll(row, Field.Reduce);
            cache.Store(elements, position, side.Masked);
            hash.AppendData(MemoryMarshal.AsBytes(elements.AsSpan()));
        }
    }
}
