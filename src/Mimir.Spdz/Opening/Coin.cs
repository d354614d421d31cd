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
    private const int SeedBytes = 32;
    internal const int MessageBytes = 2 * SeedBytes;
    private readonly IMesh _mesh;
    private readonly HmacDrbg _drbg;
    private readonly byte[] _mine = new byte[SeedBytes];
    private readonly byte[][] _commitments;
    private readonly Memory<byte>[] _received;
    private ulong _counter;
    private bool _committed;

    /// <summary>Coins among the parties of <paramref name="mesh"/>; <paramref name="drbg"/> is this party's own secret randomness.</summary>
    public Coin(IMesh mesh, HmacDrbg drbg)
    {
        (_mesh, _drbg) = (mesh, drbg);
        _commitments = new byte[mesh.Count][];
        _received = [.. Enumerable.Range(0, mesh.Count).Select(_ => new Memory<byte>(new byte[MessageBytes]))];
    }

    /// <summary>Rounds that the next <see cref="TossAsync"/> takes.</summary>
    internal int NextRounds => _committed ? 1 : 2;

    /// <summary>
    /// One coin: 32 bytes, the same for all parties. One round (two for the first). Throws <see cref="CommitmentMismatchException"/> naming the
    /// party whose seed does not match what it committed to.
    /// </summary>
    public async ValueTask<byte[]> TossAsync(CancellationToken cancellation)
    {
        if (!_committed) await CommitAsync(cancellation);
        var message = new byte[MessageBytes];
        _mine.CopyTo(message, 0);
        _drbg.Fill(_mine);
        Commit(_mesh.Index, _counter + 1, _mine).CopyTo(message, SeedBytes);
        await _mesh.ExchangeAsync(message, _received, cancellation);

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("mimir/coin/joint"u8);
        for (var i = 0; i < _mesh.Count; i++)
        {
            var seed = i == _mesh.Index ? message.AsMemory(0, SeedBytes) : _received[i][..SeedBytes];
            if (i != _mesh.Index)
            {
                if (!CryptographicOperations.FixedTimeEquals(Commit(i, _counter, seed.Span), _commitments[i]))
                    throw new CommitmentMismatchException($"party {i} revealed a seed that it had not committed to (coin {_counter}); the session is void");
                _commitments[i] = _received[i].Span.Slice(SeedBytes, SeedBytes).ToArray();
            }
            hash.AppendData(seed.Span);
        }
        _counter++;
        return hash.GetHashAndReset();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_mine);
        _drbg.Dispose();
    }

    private async ValueTask CommitAsync(CancellationToken cancellation)
    {
        _drbg.Fill(_mine);
        var message = new byte[MessageBytes];
        Commit(_mesh.Index, _counter, _mine).CopyTo(message, SeedBytes);
        await _mesh.ExchangeAsync(message, _received, cancellation);
        for (var i = 0; i < _mesh.Count; i++) _commitments[i] = _received[i].Span.Slice(SeedBytes, SeedBytes).ToArray();
        _committed = true;
    }

    private static byte[] Commit(int party, ulong counter, ReadOnlySpan<byte> seed)
    {
        Span<byte> text = stackalloc byte[10 + 12 + SeedBytes];
        "mimir/coin"u8.CopyTo(text);
        BitConverter.TryWriteBytes(text[10..], party);
        BitConverter.TryWriteBytes(text[14..], counter);
        seed.CopyTo(text[22..]);
        return SHA256.HashData(text);
    }
}
