using System.Threading.Channels;

namespace Mimir.Spdz.Channels;

/// <summary>N parties in one process: the mesh of tests and simulations. Same contract as the real one, no bytes on any wire.</summary>
public sealed class MemoryMesh : IMesh
{
    private readonly Channel<byte[]>[,] _links;

    private MemoryMesh(int index, Channel<byte[]>[,] links) => (Index, _links) = (index, links);

    /// <inheritdoc/>
    public int Index { get; }

    /// <inheritdoc/>
    public int Count => _links.GetLength(0);

    /// <summary>A full mesh among <paramref name="count"/> parties.</summary>
    public static IMesh[] Create(int count)
    {
        var links = new Channel<byte[]>[count, count];
        for (var from = 0; from < count; from++)
            for (var to = 0; to < count; to++)
                links[from, to] = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        return [.. Enumerable.Range(0, count).Select(i => new MemoryMesh(i, links))];
    }

    /// <inheritdoc/>
    public async ValueTask ExchangeAsync(ReadOnlyMemory<byte> mine, Memory<byte>[] theirs, CancellationToken cancellation)
    {
        for (var to = 0; to < Count; to++)
            if (to != Index && !_links[Index, to].Writer.TryWrite(mine.ToArray())) throw new PeerLostException($"party {to} was lost");
        for (var from = 0; from < Count; from++)
        {
            if (from == Index) continue;
            byte[] message;
            try { message = await _links[from, Index].Reader.ReadAsync(cancellation); }
            catch (ChannelClosedException e) { throw new PeerLostException($"party {from} was lost", e); }
            if (message.Length != theirs[from].Length)
                throw new MalformedMessageException($"party {from} sent {message.Length} bytes where {theirs[from].Length} are due");
            message.CopyTo(theirs[from]);
        }
    }

    /// <summary>Breaks every link to and from this party.</summary>
    public ValueTask DisposeAsync()
    {
        for (var other = 0; other < Count; other++)
        {
            _links[Index, other].Writer.TryComplete();
            _links[other, Index].Writer.TryComplete();
        }
        return ValueTask.CompletedTask;
    }
}
