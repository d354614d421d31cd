using System.Diagnostics;
using System.Threading.Channels;
using Mimir.Numerics;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Opening;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// One party's side of one session. Two things run side by side, each over its own mesh: <see cref="BlockSource"/> receives, sacrifices
/// and audits blocks ahead of need; the steps use them. Any violation ends both; nothing unchecked leaves.
/// </summary>
public sealed class PartySession : IDisposable
{
    private readonly PartyModel _model;
    private readonly SessionPlan _plan;
    private readonly IPartyPort _port;
    private readonly Numbers _numbers;
    private readonly Workspace _workspace = new();
    private readonly Party _party;
    private readonly Opener _opener;
    private readonly PartyCache _cache;
    private readonly IShareProducts _products;
    private readonly BlockSource _source;
    private readonly TapeReceiver _tape;
    private readonly byte[] _descriptor;
    private readonly Dictionary<string, Share> _masks = [];
    private Share _inputs;

    /// <summary>
    /// <paramref name="online"/> and <paramref name="offline"/> are two meshes among the same parties; <paramref name="descriptor"/> is the
    /// session's public description, on which all parties must agree to the byte.
    /// </summary>
    public PartySession(
        PartyModel model, SessionPlan plan, IMesh online, IMesh offline, TapeReceiver tape, IPartyPort port, ReadOnlySpan<byte> descriptor)
    {
        plan.Validate(model.Layout, model.Count, model.Layout.MaxPositions);
        (_model, _plan, _port, _tape) = (model, plan, port, tape);
        _descriptor = descriptor.ToArray();
        _numbers = new Numbers(model.Layout, plan.FractionBits, plan.ChebyshevDegree, model.Count);
        _party = new Party(model.Index, model.Count, model.Active, model.Alpha, _workspace);
        _opener = new Opener(_party, online, HmacDrbg.FromSystem());
        _products = new SingleProducts(model);
        _cache = new PartyCache(model.Layout, plan.Steps, model.Active);
        _source = new BlockSource(model, plan, _numbers, _cache, _party, offline, tape);
    }

    /// <summary>See <see cref="PartyArithmetic.LogitsProbe"/>.</summary>
    internal Func<PartyStep, Share, ValueTask>? LogitsProbe { get; init; }

    /// <summary>What has happened so far.</summary>
    public SessionStatistics Statistics { get; } = new();

    /// <summary>Runs the session to its last token, or until a client asks to stop.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await StartAsync(linked.Token);
        var blocks = Channel.CreateBounded<PartyBlock>(1);
        var ahead = Task.Run(() => _source.RunAsync(blocks.Writer, linked.Token), CancellationToken.None);
        var done = false;
        try
        {
            await RunStepsAsync(blocks.Reader, linked.Token);
            done = true;
        }
        catch (Exception e) when (e is not ProtocolViolation && ahead.IsFaulted)
        {
            // The reason is on the other side; the steps only noticed that no more blocks came.
        }
        catch (Exception)
        {
            // The caller disposes the session next: nothing may still be working with its memory then.
            await linked.CancelAsync();
            await ahead.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }
        await linked.CancelAsync();
        try { await ahead; }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested) { }
        catch (PeerLostException) when (done && !cancellation.IsCancellationRequested)
        {
            // Another party has noticed the end first and closed its mesh of blocks ahead.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _opener.Dispose();
        _source.Dispose();
        _cache.Clear();
        _workspace.Clear();
    }

    /// <summary>Agreement on the session, client masks and their proofs, client inputs.</summary>
    private async Task StartAsync(CancellationToken cancellation)
    {
        _opener.RequireAgreement(_descriptor);
        var clients = ClientMasks.Clients(_plan);
        var limit = clients.Sum(c => (long)ClientMasks.Count(_plan, c));
        var section = await _tape.ReadAsync(TapeKind.Clients, 0, 0, new SectionSize(_party.Index == _party.Count - 1 ? limit : 0), cancellation);
        using (var reader = new TapeReader(_party, _workspace, section))
            foreach (var client in clients) _masks[client] = _party.Persist(reader.Uniform(ClientMasks.Count(_plan, client)));
        _tape.Return(section);

        await _port.ClientsReadyAsync(cancellation);
        if (_party.Active)
        {
            var coin = await _opener.TossAsync(cancellation);
            foreach (var client in clients)
            {
                var masks = _masks[client];
                var coefficients = new Opened(ClientMasks.Coefficients(coin, masks.Length));
                var e = await _opener.OpenAsync(_party.SumRows(coefficients * masks, 1), cancellation);
                var proof = await _opener.CheckAsync(new MaskProof(coin, e.Values.Span[0]), cancellation);
                await _port.SendProofAsync(client, proof, cancellation);
            }
        }

        var inputs = new Share[_plan.Inputs];
        for (var segment = 0; segment < _plan.Segments.Count; segment++) await ReceiveAsync(segment, inputs, cancellation);
        _inputs = _party.Persist(_party.Concat(inputs));
    }

    private async Task ReceiveAsync(int segment, Share[] inputs, CancellationToken cancellation)
    {
        var numbers = _plan.InputsOf(segment);
        var client = _plan.Segments[segment].Owner;
        var received = await _port.ReceiveInputsAsync(segment, cancellation);
        if (received.Length != numbers.Count || !FieldVector.IsCanonical(received))
            throw new MalformedMessageException($"{client} sent {received.Length} inputs for segment {segment} where {numbers.Count} field elements are due");
        _opener.RequireAgreement(System.Runtime.InteropServices.MemoryMarshal.AsBytes(received.AsSpan()));
        var offset = 1;
        var all = ClientMasks.Inputs(_plan, client);
        while (all[offset - 1] != numbers[0]) offset++;
        var values = _masks[client].Slice(offset, numbers.Count) + new Opened(received);
        for (var i = 0; i < numbers.Count; i++) inputs[numbers[i]] = values.Slice(i, 1);
    }

    private async Task RunStepsAsync(ChannelReader<PartyBlock> blocks, CancellationToken cancellation)
    {
        var arithmetic = new PartyArithmetic(_model, _plan, _numbers, _cache, n => _inputs.Slice(n, 1), OutputAsync) { LogitsProbe = LogitsProbe };
        var program = new SessionProgram<Share>(_model.Layout, _plan, arithmetic);
        var token = program.First;
        var clock = Stopwatch.StartNew();
        await foreach (var block in blocks.ReadAllAsync(cancellation))
        {
            for (var i = 0; i < block.Shape.Steps.Count; i++)
            {
                Statistics.Waiting += clock.Elapsed;
                clock.Restart();
                var shape = block.Shape.Steps[i];
                var section = block.Steps[i];
                using (var reader = new TapeReader(_party, _workspace, section))
                {
                    arithmetic.Begin(new PartyStep(_party, _opener, reader, block.Triples(i), _products, cancellation), block, i);
                    token = await program.StepAsync(shape.Position, token);
                    if (!reader.AtEnd) throw new DealerCheatedException($"the tape of step {shape.Position} is longer than the program uses");
                }
                if (_opener.HasUnchecked) await _opener.CheckAsync(0, cancellation);
                _source.Release(block, i);
                token = _party.Persist(token);
                _workspace.Reset();
                var stop = shape.Logits && await _opener.AnyAsync(_port.StopRequested, cancellation);
                Statistics.Update(_opener, _source, clock.Elapsed, shape.Logits);
                clock.Restart();
                if (stop) return;
            }
            _source.Release(block);
        }
    }

    /// <summary>open(value − ρ_out) for every receiver, in one round; check; release.</summary>
    private async ValueTask OutputAsync(PartyStep step, int number, Share value)
    {
        var masked = new Share[_plan.Receivers.Count];
        for (var r = 0; r < masked.Length; r++)
        {
            var client = _plan.Receivers[r];
            var masks = _masks[client];
            masked[r] = value - masks.Slice(masks.Length - _plan.Outputs + number, 1);
        }
        var opened = await _opener.OpenAsync(_party.Concat(masked), step.Cancellation);
        var verified = await _opener.CheckAsync(opened.Values.ToArray(), step.Cancellation);
        for (var r = 0; r < masked.Length; r++)
            await _port.ReleaseAsync(_plan.Receivers[r], number, verified.Select(v => v[r]), step.Cancellation);
    }
}
