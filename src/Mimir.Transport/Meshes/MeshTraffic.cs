namespace Mimir.Transport.Meshes;

/// <summary>What a party sent and received since its mesh was made.</summary>
/// <param name="BytesSent">Frames with their headers, to all peers together, before TLS's own framing.</param>
/// <param name="BytesReceived">As above, from all peers.</param>
/// <param name="Rounds">Exchanges completed.</param>
public readonly record struct MeshTraffic(long BytesSent, long BytesReceived, long Rounds);
