using Mimir.Services.Workers;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Masking;

namespace Mimir.Services.Triples;

/// <summary>The Triple Service's part of a model, and the masks of rows kept for owners' later sessions.</summary>
internal sealed record HeldDealer(DealerModel Model, PrefixStore<DealerCache> Prefixes) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Prefixes.Dispose();
        Model.Dispose();
    }
}
