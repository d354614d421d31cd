using System.Runtime.CompilerServices;
using Mimir.Transport.Connections;

namespace Mimir.Transport.Meshes;

/// <summary>One peer's stream within a mesh: sends and receives one frame per round.</summary>
internal sealed class MeshLink(PeerStream stream) : IDisposable
{
    private readonly byte[] _header = new byte[MeshFrame.HeaderLength];

    public RemotePeer Peer => stream.Peer;

    public void Abort() => stream.Abort();

    public void Dispose() => stream.Dispose();

    /// <summary>Writes the frame's beginning (header and as much payload as fits one TLS record) and the rest from the caller's memory.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> beginning, ReadOnlyMemory<byte> rest, CancellationToken cancellation)
    {
        await stream.WriteAsync(beginning, cancellation);
        if (!rest.IsEmpty) await stream.WriteAsync(rest, cancellation);
    }

    /// <summary>Fills <paramref name="payload"/> with the peer's message of this round.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReceiveAsync(long round, Memory<byte> payload, CancellationToken cancellation)
    {
        for (var filled = 0; filled < _header.Length;)
            filled += await stream.ReadAsync(_header.AsMemory(filled), cancellation);
        MeshFrame.RequireHeader(_header, payload.Length, round, stream.Peer);
        for (var filled = 0; filled < payload.Length;)
            filled += await stream.ReadAsync(payload[filled..], cancellation);
    }
}
