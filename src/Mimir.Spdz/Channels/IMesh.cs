namespace Mimir.Spdz.Channels;

/// <summary>
/// One party's links to all other parties of its session. A round is one <see cref="ExchangeAsync"/>: what this party tells everyone,
/// and what everyone told it in the same round.
/// </summary>
/// <remarks>
/// Implementations deliver in order and unaltered or throw: <see cref="ProtocolViolation"/> when a peer sent something else than this
/// round's message (wrong length or sequence number), <see cref="PeerLostException"/> when it cannot be reached any more.
/// </remarks>
public interface IMesh : IAsyncDisposable
{
    /// <summary>This party's number.</summary>
    int Index { get; }

    /// <summary>N, the number of parties.</summary>
    int Count { get; }

    /// <summary>
    /// Sends <paramref name="mine"/> to every peer and fills <paramref name="theirs"/>[i] with what party i sent (own entry ignored).
    /// Every message of a round has a length known beforehand: theirs[i].Length. Sends and receives run concurrently, so
    /// messages of any size cannot deadlock. Steady state does not allocate per byte.
    /// </summary>
    ValueTask ExchangeAsync(ReadOnlyMemory<byte> mine, Memory<byte>[] theirs, CancellationToken cancellation);
}
