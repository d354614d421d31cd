using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Mimir.Numerics;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Opening;

/// <summary>
/// Opens shares and checks everything it opened. One opening is one round, however many vectors it holds; the check is three rounds.
/// Learned by every party: the opened values (always masked by the caller) and, from the check, Σσ_i only.
/// </summary>
/// <remarks>
/// Check (SPDZ, Damgård et al. 2012, section 3.3, batched): coin χ; σ_i = Σ_j χ_j([αx_j]_i − α_i·x_j) + Σ_j χ_j·[z_j]_i over all opened
/// x_j and all claimed zeros z_j since the last check; commit to σ_i, reveal, require Σσ_i = 0. An altered value passes with
/// probability at most 2/p &lt; 2^−48 (guess α, or hit the random combination).
/// </remarks>
public sealed class Opener : IDisposable
{
    private const int CommitmentBytes = 32;
    private const int NonceBytes = 32;
    private const ulong CombinationStream = 3;
    private readonly IMesh _mesh;
    private readonly Party _party;
    private readonly HmacDrbg _drbg;
    private readonly Coin _coin;
    private readonly List<(Memory<double> Value, Memory<double> Mac)> _opened = [];
    private readonly List<ReadOnlyMemory<double>> _zeros = [];
    private readonly IncrementalHash _transcript = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly double[] _chi = new double[4096];
    private readonly byte[][] _received;
    private readonly Memory<byte>[] _windows;
    private byte[] _sent = [];

    /// <summary>Openings of <paramref name="party"/> over <paramref name="mesh"/>, with secret randomness <paramref name="drbg"/> for coins and nonces.</summary>
    public Opener(Party party, IMesh mesh, HmacDrbg drbg)
    {
        (_party, _mesh, _drbg) = (party, mesh, drbg);
        Span<byte> seed = stackalloc byte[64];
        drbg.Fill(seed);
        _coin = new Coin(mesh, new HmacDrbg(seed[..32], seed[32..]));
        CryptographicOperations.ZeroMemory(seed);
        _received = [.. Enumerable.Range(0, mesh.Count).Select(_ => Array.Empty<byte>())];
        _windows = new Memory<byte>[mesh.Count];
    }

    /// <summary>Exchanges so far, coins and checks included.</summary>
    public long Rounds { get; private set; }

    /// <summary>Elements this party sent to each peer in openings.</summary>
    public long ElementsOpened { get; private set; }

    /// <summary>Bytes this party sent, to all peers together, payload only.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Checks that passed.</summary>
    public long Checks { get; private set; }

    /// <summary>Elements opened or claimed zero and not yet checked.</summary>
    public long UncheckedElements => _opened.Sum(o => (long)o.Value.Length) + _zeros.Sum(z => (long)z.Length);

    /// <summary>Values opened (or claimed zero) and not yet checked.</summary>
    public bool HasUnchecked => _opened.Count + _zeros.Count > 0;

    /// <summary>Opens ⟦x⟧. One round, Length elements sent to each peer.</summary>
    public async ValueTask<Opened> OpenAsync(Share x, CancellationToken cancellation)
    {
        RequireMac(x);
        return new Opened(await ExchangeAsync(x, default, default, cancellation));
    }

    /// <summary>Opens ⟦x⟧ and ⟦y⟧ in the same round.</summary>
    public async ValueTask<(Opened X, Opened Y)> OpenAsync(Share x, Share y, CancellationToken cancellation)
    {
        RequireMac(x);
        RequireMac(y);
        var all = await ExchangeAsync(x, y, default, cancellation);
        return (new Opened(all[..x.Length]), new Opened(all.Slice(x.Length, y.Length)));
    }

    /// <summary>Opens ⟦x⟧, ⟦y⟧ and ⟦z⟧ in the same round.</summary>
    public async ValueTask<(Opened X, Opened Y, Opened Z)> OpenAsync(Share x, Share y, Share z, CancellationToken cancellation)
    {
        RequireMac(x);
        RequireMac(y);
        RequireMac(z);
        var all = await ExchangeAsync(x, y, z, cancellation);
        return (new Opened(all[..x.Length]), new Opened(all.Slice(x.Length, y.Length)), new Opened(all.Slice(x.Length + y.Length, z.Length)));
    }

    /// <summary>
    /// Opens [x], which carries no MAC: only for values whose correctness the caller has checked another way, through
    /// <see cref="RequireZero"/> (Freivalds tags, sacrifice). One round.
    /// </summary>
    public async ValueTask<Opened> OpenUnauthenticatedAsync(Memory<double> share, CancellationToken cancellation) =>
        new(await ExchangeAsync(new Share(_party, share, default), default, default, cancellation));

    /// <summary>Adds the claim that every element of [z] is zero to the next check. The memory must stay valid and unchanged until then.</summary>
    public void RequireZero(ReadOnlyMemory<double> share) => _zeros.Add(share);

    /// <summary>Adds a message that every party must have received alike (client inputs) to the next check's transcript.</summary>
    public void RequireAgreement(ReadOnlySpan<byte> message)
    {
        _transcript.AppendData(message);
        _agreement = true;
    }

    private bool _agreement;
    private bool _void;

    /// <summary>Takes over what <paramref name="lane"/>, another opener of this party, has opened and claimed: this one's next check covers it.</summary>
    internal void TakeOver(Opener lane)
    {
        _opened.AddRange(lane._opened);
        _zeros.AddRange(lane._zeros);
        _agreement |= lane._agreement;
        if (lane._agreement || _mesh.Count > 2) _transcript.AppendData(lane._transcript.GetHashAndReset());
        lane._agreement = false;
        lane._opened.Clear();
        lane._zeros.Clear();
    }

    /// <summary>One joint coin; one round (two for the first).</summary>
    public async ValueTask<byte[]> TossAsync(CancellationToken cancellation)
    {
        Rounds += _coin.NextRounds;
        BytesSent += (long)_coin.NextRounds * Coin.MessageBytes * (_mesh.Count - 1);
        var coin = await _coin.TossAsync(cancellation);
        if (_mesh.Count > 2) _transcript.AppendData(coin);
        return coin;
    }

    /// <summary>Whether any party says yes; one round, one byte. Not secret, not authenticated: only for stopping early.</summary>
    public async ValueTask<bool> AnyAsync(bool mine, CancellationToken cancellation)
    {
        Windows(1);
        await SendAsync(new[] { mine ? (byte)1 : (byte)0 }, cancellation);
        for (var i = 0; i < _mesh.Count; i++) mine |= i != _mesh.Index && _windows[i].Span[0] != 0;
        return mine;
    }

    /// <summary>
    /// Checks everything opened and claimed since the last check and, if it passes, returns the proof under which
    /// <paramref name="value"/> may leave the party. Three rounds (none in a passive session).
    /// </summary>
    /// <exception cref="MacCheckFailedException">Σσ_i ≠ 0: somebody altered a message or the dealer dealt wrongly.</exception>
    /// <exception cref="EquivocationException">A party's transcript differs.</exception>
    /// <exception cref="CommitmentMismatchException">A party revealed something else than it had committed to.</exception>
    /// <exception cref="InvalidOperationException">An earlier check failed or was cut off: there is no second one.</exception>
    public async ValueTask<Verified<T>> CheckAsync<T>(T value, CancellationToken cancellation)
    {
        if (_void) throw new InvalidOperationException("an earlier check did not pass; the session is void");
        _void = true;
        if (!_party.Active)
        {
            _opened.Clear();
            _zeros.Clear();
            _void = false;
            return new Verified<T>(value);
        }
        var coin = await TossAsync(cancellation);
        await RevealAsync(Combine(coin), coin, cancellation);
        _opened.Clear();
        _zeros.Clear();
        _void = false;
        Checks++;
        return new Verified<T>(value);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _coin.Dispose();
        _drbg.Dispose();
        _transcript.Dispose();
    }

    private async ValueTask RevealAsync(double sigma, byte[] coin, CancellationToken cancellation)
    {
        var transcript = _transcript.GetHashAndReset();
        var compare = _agreement || _mesh.Count > 2;
        _agreement = false;
        var opening = new byte[sizeof(double) + NonceBytes];
        BitConverter.TryWriteBytes(opening, sigma);
        _drbg.Fill(opening.AsSpan(sizeof(double)));

        var commitment = new byte[CommitmentBytes + 32];
        Commit(_mesh.Index, coin, opening).CopyTo(commitment, 0);
        transcript.CopyTo(commitment, CommitmentBytes);
        Windows(commitment.Length);
        await SendAsync(commitment, cancellation);
        var commitments = new byte[_mesh.Count][];
        for (var i = 0; i < _mesh.Count; i++)
        {
            if (i == _mesh.Index) continue;
            commitments[i] = _windows[i].Span[..CommitmentBytes].ToArray();
            if (compare && !_windows[i].Span[CommitmentBytes..].SequenceEqual(transcript))
                throw new EquivocationException($"party {i} and this party saw different messages before check {Checks + 1}: somebody told them different things");
        }

        Windows(opening.Length);
        await SendAsync(opening, cancellation);
        for (var i = 0; i < _mesh.Count; i++)
        {
            if (i == _mesh.Index) continue;
            var theirs = _windows[i].Span;
            if (!CryptographicOperations.FixedTimeEquals(Commit(i, coin, theirs), commitments[i]))
                throw new CommitmentMismatchException($"party {i} revealed a check value that it had not committed to (check {Checks + 1})");
            var value = MemoryMarshal.Cast<byte, double>(theirs[..sizeof(double)]);
            if (!FieldVector.IsCanonical(value)) throw new MalformedMessageException($"party {i} sent a check value outside the field (check {Checks + 1})");
            sigma = Field.Add(sigma, value[0]);
        }
        if (sigma != 0)
            throw new MacCheckFailedException($"MAC check {Checks + 1} failed: a party or the Triple Service altered something since the last check; nothing was released");
    }

    private double Combine(byte[] coin)
    {
        using var prg = new Prg(coin, CombinationStream);
        var (macs, values, position) = (0.0, 0.0, 0UL);
        foreach (var (value, mac) in _opened)
        {
            for (var at = 0; at < value.Length; at += _chi.Length)
            {
                var length = Math.Min(_chi.Length, value.Length - at);
                prg.Fill(position, _chi.AsSpan(0, length));
                position += (ulong)length;
                macs = Field.Add(macs, FieldVector.Dot(_chi.AsSpan(0, length), mac.Span.Slice(at, length)));
                values = Field.Add(values, FieldVector.Dot(_chi.AsSpan(0, length), value.Span.Slice(at, length)));
            }
        }
        var sigma = Field.Subtract(macs, Field.Multiply(_party.Alpha, values));
        foreach (var zero in _zeros)
        {
            for (var at = 0; at < zero.Length; at += _chi.Length)
            {
                var length = Math.Min(_chi.Length, zero.Length - at);
                prg.Fill(position, _chi.AsSpan(0, length));
                position += (ulong)length;
                sigma = Field.Add(sigma, FieldVector.Dot(_chi.AsSpan(0, length), zero.Span.Slice(at, length)));
            }
        }
        return sigma;
    }

    private async ValueTask<Memory<double>> ExchangeAsync(Share x, Share y, Share z, CancellationToken cancellation)
    {
        var total = x.Length + y.Length + z.Length;
        var opened = _party.Workspace.Rent(total);
        Gather(x, y, z, opened.Span);
        var bytes = total * sizeof(double);
        if (_sent.Length < bytes) _sent = Buffer(bytes);
        MemoryMarshal.AsBytes(opened.Span).CopyTo(_sent);
        Windows(bytes);
        ElementsOpened += total;
        await SendAsync(_sent.AsMemory(0, bytes), cancellation);
        for (var i = 0; i < _mesh.Count; i++)
        {
            if (i == _mesh.Index) continue;
            var theirs = MemoryMarshal.Cast<byte, double>(_windows[i].Span);
            if (!FieldVector.IsCanonical(theirs)) throw new MalformedMessageException($"party {i} opened something that is no field element (round {Rounds})");
            FieldVector.Add(opened.Span, theirs, opened.Span);
        }
        if (_party.Active) Record(x, y, z, opened);
        return opened;
    }

    private void Record(Share x, Share y, Share z, Memory<double> opened)
    {
        if (_mesh.Count > 2) _transcript.AppendData(MemoryMarshal.AsBytes(opened.Span));
        if (!x.Mac.IsEmpty) _opened.Add((opened[..x.Length], x.Mac));
        if (!y.Mac.IsEmpty) _opened.Add((opened.Slice(x.Length, y.Length), y.Mac));
        if (!z.Mac.IsEmpty) _opened.Add((opened.Slice(x.Length + y.Length, z.Length), z.Mac));
    }

    private static void Gather(Share x, Share y, Share z, Span<double> all)
    {
        x.Value.Span.CopyTo(all);
        y.Value.Span.CopyTo(all[x.Length..]);
        z.Value.Span.CopyTo(all[(x.Length + y.Length)..]);
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        Rounds++;
        BytesSent += (long)message.Length * (_mesh.Count - 1);
        await _mesh.ExchangeAsync(message, _windows, cancellation);
    }

    private void Windows(int bytes)
    {
        for (var i = 0; i < _received.Length; i++)
        {
            if (i == _mesh.Index) continue;
            if (_received[i].Length < bytes) _received[i] = Buffer(bytes);
            _windows[i] = _received[i].AsMemory(0, bytes);
        }
    }

    /// <summary>Powers of two, so that steps of slightly growing shapes keep fitting.</summary>
    private static byte[] Buffer(int bytes) =>
        GC.AllocateUninitializedArray<byte>((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(bytes, 4096)));

    private static byte[] Commit(int party, byte[] coin, ReadOnlySpan<byte> opening)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("mimir/check"u8);
        hash.AppendData(BitConverter.GetBytes(party));
        hash.AppendData(coin);
        hash.AppendData(opening);
        return hash.GetHashAndReset();
    }

    private void RequireMac(Share x)
    {
        if (_party.Active && x.Mac.IsEmpty) throw new ArgumentException("this share carries no MAC: it cannot be opened with authentication");
    }
}
