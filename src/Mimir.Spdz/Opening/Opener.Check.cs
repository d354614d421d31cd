using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Mimir.Numerics;

namespace Mimir.Spdz.Opening;

/// <content>The check of everything opened and claimed, before anything leaves.</content>
public sealed partial class Opener
{
    private const int HashBytes = SHA256.HashSizeInBytes;
    private const int NonceBytes = 32;
    private const int RevealBytes = sizeof(double) + HashBytes + NonceBytes;
    private const ulong CombinationStream = 3;
    private const int UsualOpenings = 1024;
    private readonly List<(Memory<double> Value, Memory<double> Mac)> _opened = new(UsualOpenings);
    private readonly List<ReadOnlyMemory<double>> _zeros = new(UsualOpenings);
    private readonly IncrementalHash _transcript = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _tags = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _transcriptHash = new byte[HashBytes];
    private readonly byte[] _checkCoin = new byte[Coin.Bytes];
    private readonly byte[] _reveal = new byte[RevealBytes];
    private readonly byte[] _commitments;
    private Prg? _combination;
    private bool _agreement;
    private bool _tagged;
    private bool _void;

    /// <summary>
    /// Checks everything opened and claimed since the last check and, if it passes, returns the proof under which
    /// <paramref name="value"/> may leave the party. Three rounds (none in a passive session).
    /// </summary>
    /// <exception cref="MacCheckFailedException">Σσ_i ≠ 0, or the tags of opened bits differ: somebody altered a message or the dealer dealt wrongly.</exception>
    /// <exception cref="EquivocationException">A party's transcript differs.</exception>
    /// <exception cref="CommitmentMismatchException">A party revealed something else than it had committed to.</exception>
    /// <exception cref="InvalidOperationException">An earlier check failed or was cut off: there is no second one.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Verified<T>> CheckAsync<T>(T value, CancellationToken cancellation)
    {
        await CheckAsync(cancellation);
        return new Verified<T>(value);
    }

    /// <summary>The same where nothing leaves.</summary>
    /// <inheritdoc cref="CheckAsync{T}"/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask CheckAsync(CancellationToken cancellation)
    {
        if (_void) throw new InvalidOperationException("an earlier check did not pass; the session is void");
        _void = true;
        if (_party.Active)
        {
            await TossAsync(_checkCoin, cancellation);
            await RevealAsync(Combine(), cancellation);
            Checks++;
        }
        Forget();
        _void = false;
    }

    /// <summary>SHA-256 of the tags of all bits opened since the last check, or zeros; then none are left.</summary>
    private void TakeTags(Span<byte> hash)
    {
        if (_tagged) _tags.GetHashAndReset(hash);
        else hash.Clear();
        _tagged = false;
    }

    private void Forget()
    {
        _opened.Clear();
        _zeros.Clear();
        UncheckedElements = 0;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TossAsync(Memory<byte> coin, CancellationToken cancellation)
    {
        Rounds += _coin.NextRounds;
        BytesSent += (long)_coin.NextRounds * Coin.MessageBytes * (_mesh.Count - 1);
        await _coin.TossAsync(coin, cancellation);
        if (_mesh.Count > 2) _transcript.AppendData(coin.Span);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask RevealAsync(double sigma, CancellationToken cancellation)
    {
        _transcript.GetHashAndReset(_transcriptHash);
        var compare = _agreement || _mesh.Count > 2;
        _agreement = false;
        BitConverter.TryWriteBytes(_reveal, sigma);
        TakeTags(_reveal.AsSpan(sizeof(double), HashBytes));
        _drbg.Fill(_reveal.AsSpan(sizeof(double) + HashBytes));

        var commitment = Sent(2 * HashBytes);
        Commit(_mesh.Index, _reveal, commitment.Span);
        _transcriptHash.CopyTo(commitment[HashBytes..]);
        Windows(commitment.Length);
        await SendAsync(commitment, cancellation);
        for (var i = 0; i < _mesh.Count; i++)
        {
            if (i == _mesh.Index) continue;
            _windows[i].Span[..HashBytes].CopyTo(Commitment(i));
            if (compare && !_windows[i].Span[HashBytes..].SequenceEqual(_transcriptHash))
                throw new EquivocationException($"party {i} and this party saw different messages before check {Checks + 1}: somebody told them different things");
        }

        Windows(RevealBytes);
        await SendAsync(_reveal, cancellation);
        var sameTags = true;
        for (var i = 0; i < _mesh.Count; i++)
        {
            if (i == _mesh.Index) continue;
            sigma = Field.Add(sigma, Revealed(i));
            sameTags &= _windows[i].Span.Slice(sizeof(double), HashBytes).SequenceEqual(_reveal.AsSpan(sizeof(double), HashBytes));
        }
        if (sigma != 0 || !sameTags)
            throw new MacCheckFailedException($"MAC check {Checks + 1} failed: a party or the Triple Service altered something since the last check; nothing was released");
    }

    /// <summary>σ_i of another party, once it fits its commitment.</summary>
    private double Revealed(int party)
    {
        var theirs = _windows[party].Span;
        Span<byte> commitment = stackalloc byte[HashBytes];
        Commit(party, theirs, commitment);
        if (!CryptographicOperations.FixedTimeEquals(commitment, Commitment(party)))
            throw new CommitmentMismatchException($"party {party} revealed a check value that it had not committed to (check {Checks + 1})");
        var value = MemoryMarshal.Cast<byte, double>(theirs[..sizeof(double)]);
        if (!FieldVector.IsCanonical(value)) throw new MalformedMessageException($"party {party} sent a check value outside the field (check {Checks + 1})");
        return value[0];
    }

    private double Combine()
    {
        if (_combination is null) _combination = new Prg(_checkCoin, CombinationStream);
        else _combination.Rekey(_checkCoin);
        var (macs, values, zeros, position) = (0.0, 0.0, 0.0, 0UL);
        Span<double> chi = stackalloc double[ChunkElements];
        foreach (var (value, mac) in _opened)
        {
            for (var at = 0; at < value.Length; at += ChunkElements)
            {
                var part = NextCombination(chi, value.Length - at, ref position);
                var (m, x) = FieldVector.Dot(part, mac.Span.Slice(at, part.Length), value.Span.Slice(at, part.Length));
                (macs, values) = (Field.Add(macs, m), Field.Add(values, x));
            }
        }
        foreach (var zero in _zeros)
        {
            for (var at = 0; at < zero.Length; at += ChunkElements)
            {
                var part = NextCombination(chi, zero.Length - at, ref position);
                zeros = Field.Add(zeros, FieldVector.Dot(part, zero.Span.Slice(at, part.Length)));
            }
        }
        return Field.Add(Field.Subtract(macs, Field.Multiply(_party.Alpha, values)), zeros);
    }

    private ReadOnlySpan<double> NextCombination(Span<double> chi, int remaining, ref ulong position)
    {
        var part = chi[..Math.Min(ChunkElements, remaining)];
        _combination!.Fill(position, part);
        position += (ulong)part.Length;
        return part;
    }

    private Span<byte> Commitment(int party) => _commitments.AsSpan(party * HashBytes, HashBytes);

    /// <summary>SHA-256("mimir/check" ‖ party ‖ coin ‖ σ ‖ hash of tags ‖ nonce).</summary>
    private void Commit(int party, ReadOnlySpan<byte> reveal, Span<byte> destination)
    {
        Span<byte> text = stackalloc byte[11 + sizeof(int) + Coin.Bytes + RevealBytes];
        "mimir/check"u8.CopyTo(text);
        BitConverter.TryWriteBytes(text[11..], party);
        _checkCoin.CopyTo(text[15..]);
        reveal.CopyTo(text[(15 + Coin.Bytes)..]);
        SHA256.HashData(text, destination);
    }
}
