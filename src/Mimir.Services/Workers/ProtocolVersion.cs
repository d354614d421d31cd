namespace Mimir.Services.Workers;

/// <summary>The version of the control plane's messages.</summary>
internal static class ProtocolVersion
{
    /// <summary>What this release speaks.</summary>
    public const uint Current = 4;
}
