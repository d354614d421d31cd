namespace Mimir.Transport.Meshes;

/// <summary>Where a party of a session listens. A session lists its parties in index order.</summary>
/// <param name="Name">The party's name, as in its certificate.</param>
/// <param name="Host">Name or address that the other parties dial.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Key">SHA-256 of the public key that its certificate must have; null: any certificate of that name.</param>
public sealed record MeshPeer(string Name, string Host, int Port, ReadOnlyMemory<byte>? Key = null);
