using Mimir.Spdz.Channels;

namespace Mimir.Spdz.Tests.Simulation;

/// <summary>One message of one round, as a cheater sees it before it leaves or as a receiver gets it.</summary>
/// <param name="Phase">"load", "online" or "offline".</param>
/// <param name="Round">Counted from 0 in the phase.</param>
internal readonly record struct MeshMessage(string Phase, int Round, int From, int To, byte[] Bytes);

/// <summary>
/// A mesh whose party cheats: <paramref name="alter"/> sees what the party sends (To = −1) and what it receives (To = its own number)
/// and returns what is used instead.
/// </summary>
internal sealed class TamperingMesh(IMesh inner, string phase, Func<MeshMessage, byte[]> alter) : IMesh
{
    private int _round;

    public int Index => inner.Index;

    public int Count => inner.Count;

    public async ValueTask ExchangeAsync(ReadOnlyMemory<byte> mine, Memory<byte>[] theirs, CancellationToken cancellation)
    {
        var round = _round++;
        await inner.ExchangeAsync(alter(new(phase, round, Index, -1, mine.ToArray())), theirs, cancellation);
        for (var from = 0; from < Count; from++)
            if (from != Index) alter(new(phase, round, from, Index, theirs[from].ToArray())).CopyTo(theirs[from]);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
