using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Mimir.Numerics;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Opening;

/// <summary>
/// Opens shares and checks everything it opened. One opening is one round, however many vectors it holds, and sends its elements packed
/// (<see cref="FieldPacking"/>); the check is three rounds. Steady state allocates nothing but the proof that a check passed.
/// Learned by every party: the opened values (always masked by the caller) and, from the check, Σσ_i only.
/// </summary>
/// <remarks>
/// Check (SPDZ, Damgård et al. 2012, section 3.3, batched): coin χ; σ_i = Σ_j χ_j([αx_j]_i − α_i·x_j) + Σ_j χ_j·[z_j]_i over all opened
/// x_j and all claimed zeros z_j since the last check; commit to σ_i, reveal, require Σσ_i = 0. An altered value passes with
/// probability at most 2/p &lt; 2^−48 (guess α, or hit the random combination). Bits (<see cref="OpenBitsAsync"/>) have a MAC each: with e opened, v_i ⊕ e·s_i must be the
/// same for both parties, and an altered e makes them differ by a Δ of 127 unknown bits; a hash of all is committed to and revealed with σ_i, so that
/// nobody can repeat the other's.
/// </remarks>
public sealed partial class Opener : IDisposable
{
    private const int ChunkElements = 1024;
    private readonly IMesh _mesh;
    private readonly Party _party;
    private readonly HmacDrbg _drbg;
    private readonly Coin _coin;
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
        _commitments = new byte[mesh.Count * HashBytes];
    }

    /// <summary>Counts a few of the numbers of every opening, for people to look at; null: nobody looks.</summary>
    public SeenNumbers? Seen { get; init; }

    /// <summary>Exchanges so far, coins and checks included.</summary>
    public long Rounds { get; private set; }

    /// <summary>Elements this party sent to each peer in openings.</summary>
    public long ElementsOpened { get; private set; }

    /// <summary>Bytes this party sent, to all peers together, payload only.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Checks that passed.</summary>
    public long Checks { get; private set; }

    /// <summary>Elements opened or claimed zero and not yet checked.</summary>
    public long UncheckedElements { get; private set; }

    /// <summary>Values opened (or claimed zero) and not yet checked.</summary>
    public bool HasUnchecked => _tagged || _opened.Count + _zeros.Count > 0;

    /// <summary>Opens ⟦x⟧. One round, Length elements sent to each peer.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Opened> OpenAsync(Share x, CancellationToken cancellation)
    {
        RequireMac(x);
        return new Opened(await ExchangeAsync(x, default, default, cancellation));
    }

    /// <summary>Opens ⟦x⟧ and ⟦y⟧ in the same round.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<(Opened X, Opened Y)> OpenAsync(Share x, Share y, CancellationToken cancellation)
    {
        RequireMac(x);
        RequireMac(y);
        var all = await ExchangeAsync(x, y, default, cancellation);
        return (new Opened(all[..x.Length]), new Opened(all.Slice(x.Length, y.Length)));
    }

    /// <summary>Opens ⟦x⟧, ⟦y⟧ and ⟦z⟧ in the same round.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
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
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Opened> OpenUnauthenticatedAsync(Memory<double> share, CancellationToken cancellation) =>
        new(await ExchangeAsync(new Share(_party, share, default), default, default, cancellation));

    /// <summary>Opens bits; two parties. One round, a bit each. The answers' memory is used up: their tags join the next check.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Opened> OpenBitsAsync(BitShare x, CancellationToken cancellation)
    {
        if (_mesh.Count != 2) throw new InvalidOperationException($"bits are opened between two parties, not {_mesh.Count}");
        var opened = _party.Workspace.Rent(x.Length);
        var sent = Sent((x.Length + 7) / 8);
        x.Pack(sent.Span);
        Windows(sent.Length);
        await SendAsync(sent, cancellation);
        var other = 1 - _mesh.Index;
        if (!x.TryOpen(sent.Span, _windows[other].Span, opened.Span))
            throw new MalformedMessageException($"party {other} opened more bits than were asked for (round {Rounds})");
        if (_party.Active)
        {
            _tags.AppendData(MemoryMarshal.AsBytes(x.Answers));
            _tagged = true;
        }
        return new Opened(opened);
    }

    /// <summary>Adds the claim that every element of [z] is zero to the next check. The memory must stay valid and unchanged until then.</summary>
    public void RequireZero(ReadOnlyMemory<double> share)
    {
        _zeros.Add(share);
        UncheckedElements += share.Length;
    }

    /// <summary>Adds a message that every party must have received alike (client inputs) to the next check's transcript.</summary>
    public void RequireAgreement(ReadOnlySpan<byte> message)
    {
        _transcript.AppendData(message);
        _agreement = true;
    }

    /// <summary>Takes over what <paramref name="lane"/>, another opener of this party, has opened and claimed: this one's next check covers it.</summary>
    internal void TakeOver(Opener lane)
    {
        _opened.AddRange(lane._opened);
        _zeros.AddRange(lane._zeros);
        UncheckedElements += lane.UncheckedElements;
        _agreement |= lane._agreement;
        if (lane._agreement || _mesh.Count > 2)
        {
            lane._transcript.GetHashAndReset(_transcriptHash);
            _transcript.AppendData(_transcriptHash);
        }
        lane._agreement = false;
        if (lane._tagged)
        {
            lane.TakeTags(_transcriptHash);
            _tags.AppendData(_transcriptHash);
            _tagged = true;
        }
        lane.Forget();
    }

    /// <summary>One joint coin; one round (two for the first).</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<byte[]> TossAsync(CancellationToken cancellation)
    {
        var coin = new byte[Coin.Bytes];
        await TossAsync(coin, cancellation);
        return coin;
    }

    /// <summary>Whether any party says yes; one round, one byte. Not secret, not authenticated: only for stopping early.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> AnyAsync(bool mine, CancellationToken cancellation)
    {
        Windows(1);
        Sent(1).Span[0] = mine ? (byte)1 : (byte)0;
        await SendAsync(Sent(1), cancellation);
        for (var i = 0; i < _mesh.Count; i++) mine |= i != _mesh.Index && _windows[i].Span[0] != 0;
        return mine;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _coin.Dispose();
        _drbg.Dispose();
        _transcript.Dispose();
        _tags.Dispose();
        _combination?.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Memory<double>> ExchangeAsync(Share x, Share y, Share z, CancellationToken cancellation)
    {
        var total = x.Length + y.Length + z.Length;
        var opened = _party.Workspace.Rent(total);
        Gather(x, y, z, opened.Span);
        Seen?.Begin(opened.Span);
        var sent = Sent(FieldPacking.Bytes(total));
        FieldPacking.Pack(opened.Span, sent.Span);
        Windows(sent.Length);
        ElementsOpened += total;
        await SendAsync(sent, cancellation);
        for (var i = 0; i < _mesh.Count; i++)
            if (i != _mesh.Index && !TryAdd(_windows[i].Span, opened.Span))
                throw new MalformedMessageException($"party {i} opened something that is no field element (round {Rounds})");
        Seen?.End(opened.Span);
        if (_party.Active) Record(x, y, z, opened);
        return opened;
    }

    private void Record(Share x, Share y, Share z, Memory<double> opened)
    {
        if (_mesh.Count > 2) _transcript.AppendData(MemoryMarshal.AsBytes(opened.Span));
        Record(opened[..x.Length], x.Mac);
        Record(opened.Slice(x.Length, y.Length), y.Mac);
        Record(opened.Slice(x.Length + y.Length, z.Length), z.Mac);
    }

    private void Record(Memory<double> value, Memory<double> mac)
    {
        if (mac.IsEmpty) return;
        _opened.Add((value, mac));
        UncheckedElements += value.Length;
    }

    /// <summary>sum += the packed elements; false when they are none.</summary>
    private static bool TryAdd(ReadOnlySpan<byte> packed, Span<double> sum)
    {
        Span<double> chunk = stackalloc double[ChunkElements];
        for (; !sum.IsEmpty; sum = sum[chunk.Length..])
        {
            if (sum.Length < chunk.Length) chunk = chunk[..sum.Length];
            if (!FieldPacking.TryUnpack(packed[..FieldPacking.Bytes(chunk.Length)], chunk)) return false;
            packed = packed[FieldPacking.Bytes(chunk.Length)..];
            FieldVector.Add(sum[..chunk.Length], chunk, sum[..chunk.Length]);
        }
        return true;
    }

    private static void Gather(Share x, Share y, Share z, Span<double> all)
    {
        x.Value.Span.CopyTo(all);
        y.Value.Span.CopyTo(all[x.Length..]);
        z.Value.Span.CopyTo(all[(x.Length + y.Length)..]);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
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

    private Memory<byte> Sent(int bytes)
    {
        if (_sent.Length < bytes) _sent = Buffer(bytes);
        return _sent.AsMemory(0, bytes);
    }

    /// <summary>Powers of two, so that steps of slightly growing shapes keep fitting.</summary>
    private static byte[] Buffer(int bytes) =>
        GC.AllocateUninitializedArray<byte>((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(bytes, 4096)));

    private void RequireMac(Share x)
    {
        if (_party.Active && x.Mac.IsEmpty) throw new ArgumentException("this share carries no MAC: it cannot be opened with authentication");
    }
}
