using Mimir.Overlay.Interfaces;

namespace Mimir.Overlay.Running;

/// <summary>What <see cref="OverlayService"/> needs. Folders and files are read again while it runs, so that new keys, certificates and descriptors take effect.</summary>
public sealed record OverlaySettings
{
    /// <summary>Folder of this node's WireGuard keys, see <see cref="Keys.KeyFolder"/>.</summary>
    public required string Keys { get; init; }

    /// <summary>Folder of this node's certificate and keys.</summary>
    public required string Identity { get; init; }

    /// <summary>The group's ca.pem.</summary>
    public required string Authority { get; init; }

    /// <summary>Folder of the peers' descriptors.</summary>
    public required string Peers { get; init; }

    /// <summary>A signed revocation list that is taken into force whenever it changes, such as the one that a role keeps (attestation.revocations); null: none.</summary>
    public string? Revocations { get; init; }

    /// <summary>UDP port.</summary>
    public required int ListenPort { get; init; }

    /// <summary>The interface to make.</summary>
    public required InterfaceSettings Interface { get; init; }

    /// <summary>Receives one line for each thing that happens; never a secret.</summary>
    public Action<string> Log { get; init; } = _ => { };

    /// <summary>The clock for certificates and handshakes.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
