namespace Mimir.Gateway;

/// <summary>What lives as long as a gateway, and what its endpoints share.</summary>
public sealed class GatewayState : IDisposable
{
    internal GatewayState(GatewaySettings settings) => (Settings, Models) = (settings, new OfferedModels(settings));

    /// <summary>As it was started.</summary>
    public GatewaySettings Settings { get; }

    /// <summary>What it offers.</summary>
    public OfferedModels Models { get; }

    /// <inheritdoc/>
    public void Dispose() => Models.Dispose();
}
