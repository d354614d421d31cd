using Mimir.Spdz.Channels;

namespace Mimir.EndToEnd.Tests.Malicious;

/// <summary>A party that alters one of its own messages and otherwise follows the protocol.</summary>
internal sealed class TamperingMesh(IMesh inner, Func<byte[], byte[]?> alter) : IMesh
{
    private bool _done;

    public int Index => inner.Index;

    public int Count => inner.Count;

    public ValueTask ExchangeAsync(ReadOnlyMemory<byte> mine, Memory<byte>[] theirs, CancellationToken cancellation)
    {
        if (!_done && alter(mine.ToArray()) is { } altered)
        {
            _done = true;
            return inner.ExchangeAsync(altered, theirs, cancellation);
        }
        return inner.ExchangeAsync(mine, theirs, cancellation);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
