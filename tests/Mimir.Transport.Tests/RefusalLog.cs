using System.Threading.Channels;

namespace Mimir.Transport.Tests;

/// <summary>The lines that a listener says about refused connections.</summary>
internal sealed class RefusalLog
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public void Add(string line) => _lines.Writer.TryWrite(line);

    public async Task<string> NextAsync() => await _lines.Reader.ReadAsync().AsTask().WaitAsync(Cluster.Deadline);
}
