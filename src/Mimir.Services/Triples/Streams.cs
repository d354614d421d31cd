using Mimir.Transport.Connections;

namespace Mimir.Services.Triples;

/// <summary>Closes several streams together.</summary>
internal sealed class Streams(IReadOnlyList<PeerStream> streams) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        foreach (var stream in streams) await stream.DisposeAsync();
    }
}
