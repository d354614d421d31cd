using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Mimir.Spdz.Channels;

namespace Mimir.Spdz.Opening;

/// <summary>
/// Joint randomness by commit-then-reveal: commit_i = SHA-256("mimir/coin" ‖ i ‖ counter ‖ s_i), then s_i; the coin is the hash of all s_i.
/// Uniform if one party is honest. The commitment to the next coin travels with this one's reveal, so a coin costs one round.
/// With three or more parties, one that tells its peers different seeds gives them different coins: the <see cref="Opener"/> compares them.
/// </summary>
public sealed class Coin : IDisposable
{
    /// <summary>Length of a coin, of a seed and of a commitment.</summary>
    internal const int Bytes = SHA256.HashSizeInBytes;

    internal const int MessageBytes = 2 * Bytes;
    private readonly IMesh _mesh;
    private readonly HmacDrbg _drbg;
    private readonly byte[] _mine = new byte[Bytes];
    private readonly byte[] _message = new byte[MessageBytes];
    private readonly byte[] _commitments;
    private readonly Memory<byte>[] _received;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private ulong _counter;
    private bool _committed;

    /// <summary>Coins among the parties of <paramref name="mesh"/>; <paramref name="drbg"/> is this party's own secret randomness.</summary>
    public Coin(IMesh mesh, HmacDrbg drbg)
    {
        (_mesh, _drbg) = (mesh, drbg);
        _commitments = new byte[mesh.Count * Bytes];
        _received = [.. Enumerable.Range(0, mesh.Count).Select(_ => new Memory<byte>(new byte[MessageBytes]))];
    }

    /// <summary>Rounds that the next <see cref="TossAsync"/> takes.</summary>
    internal int NextRounds => _committed ? 1 : 2;

    /// <summary>
    /// One coin: 32 bytes into <paramref name="coin"/>, the same for all parties. One round (two for the first). Throws
    /// <see cref="CommitmentMismatchException"/> naming the party whose seed does not match what it committed to. Allocates nothing.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask TossAsync(Memory<byte> coin, CancellationToken cancellation)
    {
        if (!_committed) await CommitAsync(cancellation);
        _mine.CopyTo(_message, 0);
        _drbg.Fill(_mine);
        Commit(_mesh.Index, _counter + 1, _mine, _message.AsSpan(Bytes));
        await _mesh.ExchangeAsync(_message, _received, cancellation);

        _hash.AppendData("mimir/coin/joint"u8);
        for (var i = 0; i < _mesh.Count; i++) _hash.AppendData(i == _mesh.Index ? _message.AsSpan(0, Bytes) : Seed(i));
        _counter++;
        _hash.GetHashAndReset(coin.Span);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_mine);
        _drbg.Dispose();
        _hash.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CommitAsync(CancellationToken cancellation)
    {
        _drbg.Fill(_mine);
        Commit(_mesh.Index, _counter, _mine, _message.AsSpan(Bytes));
        await _mesh.ExchangeAsync(_message, _received, cancellation);
        for (var i = 0; i < _mesh.Count; i++) _received[i].Span[Bytes..].CopyTo(Commitment(i));
        _committed = true;
    }

    /// <summary>What another party revealed, once it fits its commitment; keeps the next one.</summary>
    private ReadOnlySpan<byte> Seed(int party)
    {
        var seed = _received[party].Span[..Bytes];
        Span<byte> commitment = stackalloc byte[Bytes];
        Commit(party, _counter, seed, commitment);
        if (!CryptographicOperations.FixedTimeEquals(commitment, Commitment(party)))
            throw new CommitmentMismatchException($"party {party} revealed a seed that it had not committed to (coin {_counter}); the session is void");
        _received[party].Span[Bytes..].CopyTo(Commitment(party));
        return seed;
    }

    private Span<byte> Commitment(int party) => _commitments.AsSpan(party * Bytes, Bytes);

    private static void Commit(int party, ulong counter, ReadOnlySpan<byte> seed, Span<byte> destination)
    {
        Span<byte> text = stackalloc byte[10 + 12 + Bytes];
        "mimir/coin"u8.CopyTo(text);
        BitConverter.TryWriteBytes(text[10..], party);
        BitConverter.TryWriteBytes(text[14..], counter);
        seed.CopyTo(text[22..]);
        SHA256.HashData(text, destination);
    }
}
