using Mimir.Services.Workers;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Sessions;

namespace Mimir.Services.Nodes;

/// <summary>This party's share of a model, and the stage on which all sessions with it run.</summary>
internal sealed class HeldModel(PartyModel model, SharedStage stage, PrefixStore<PartyCache> prefixes) : IDisposable
{
    /// <summary>The share.</summary>
    public PartyModel Model => model;

    /// <summary>Rows kept for owners' later sessions.</summary>
    public PrefixStore<PartyCache> Prefixes => prefixes;

    /// <summary>Where steps run.</summary>
    public SharedStage Stage => stage;

    /// <summary>Frees both, the share when nothing computes with it any more.</summary>
    public void Dispose() => _ = EndAsync();

    private async Task EndAsync()
    {
        await stage.DisposeAsync();
        prefixes.Dispose();
        model.Dispose();
    }
}
