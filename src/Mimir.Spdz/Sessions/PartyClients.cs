using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mimir.Numerics;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Opening;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Sessions;

/// <summary>What a party has to do with the session's clients: their masks and the test of them, their inputs, masked outputs.</summary>
internal sealed class PartyClients(SessionPlan plan, int vocabulary, Party party, Opener opener, IPartyPort port) : IDisposable
{
    private readonly Dictionary<string, Share> _masks = [];
    private readonly Share[] _inputs = new Share[plan.OwnerContinues ? plan.Rows : plan.Inputs];
    private LogitsMasks? _logits;

    /// <summary>A client asked to stop.</summary>
    public bool StopRequested => port.StopRequested;

    /// <summary>Reads the masks; gives the clients the test of them; takes the inputs, which the next check compares among the parties.</summary>
    public async Task StartAsync(TapeReceiver tape, SessionMemory memory, CancellationToken cancellation)
    {
        var clients = ClientMasks.Clients(plan);
        if (plan.LogitsToOwner)
        {
            var key = await tape.ReadAsync(TapeKind.Logits, 0, 0, default, memory, cancellation);
            _logits = new LogitsMasks([key.Key], vocabulary, plan.Outputs);
        }
        var section = await tape.ReadAsync(
            TapeKind.Clients, 0, 0, new SectionSize(party.Index == party.Count - 1 ? ClientMasks.Corrections(plan) : 0), memory, cancellation);
        using (var reader = new TapeReader(party, party.Workspace, section))
            foreach (var client in clients)
            {
                var masks = reader.Uniform(ClientMasks.Count(plan, client));
                _masks[client] = party.Persist(_logits is null ? masks : party.Concat(masks, Spare(_logits, reader)));
            }
        section.Return(memory);

        await port.ClientsReadyAsync(cancellation);
        if (party.Active) await ProveAsync(clients, cancellation);
        for (var segment = 0; segment < plan.Segments.Count; segment++) await ReceiveAsync(segment, cancellation);
    }

    /// <summary>One secret integer that a client put in.</summary>
    public Share Input(int number) => _inputs[number];

    /// <summary>
    /// Takes the tokens of the run that begins at <paramref name="row"/>, which the owner puts in once it has the output before; the next check compares them
    /// among the parties. How many of the <paramref name="guesses"/> of the run before were right.
    /// </summary>
    public async ValueTask<int> ContinueAsync(int row, int guesses, CancellationToken cancellation)
    {
        var accepted = await ReceiveAsync(plan.SegmentOf(row), cancellation);
        if (accepted < 0 || accepted > guesses) throw new MalformedMessageException($"the data owner accepted {accepted} guesses of a run that had {guesses}");
        return accepted;
    }

    /// <summary>open(value − ρ_out) for every receiver, or of logits for their owner: one round. Not to be released before the check.</summary>
    public ValueTask<Opened> MaskAsync(PartyStep step, int number, Share value)
    {
        if (_logits is not null)
        {
            var rho = party.Workspace.Rent(value.Length);
            _logits.Of(number, rho.Span);
            return step.Opener.OpenAsync(value - new Share(party, rho, party.Active ? step.Tape.Raw(value.Length) : default), step.Cancellation);
        }
        var masked = new Share[plan.Receivers.Count];
        for (var r = 0; r < masked.Length; r++)
        {
            var masks = _masks[plan.Receivers[r]];
            masked[r] = value - masks.Slice(masks.Length - plan.Outputs + number, 1);
        }
        return step.Opener.OpenAsync(party.Concat(masked), step.Cancellation);
    }

    /// <summary>Gives every receiver its part of output <paramref name="number"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReleaseAsync(int number, Verified<double[]> masked, CancellationToken cancellation)
    {
        for (var r = 0; r < plan.Receivers.Count; r++)
            await port.ReleaseAsync(plan.Receivers[r], number, _logits is null ? masked.Select(v => new[] { v[r] }) : masked, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _logits?.Dispose();
        foreach (var masks in _masks.Values) masks.Clear();
        foreach (var input in _inputs) input.Clear();
    }

    private Share Spare(LogitsMasks logits, TapeReader reader)
    {
        var spare = party.Workspace.Rent(LogitsMasks.Spare);
        logits.OfSpare(spare.Span);
        return new Share(party, spare, party.Active ? reader.Raw(LogitsMasks.Spare) : default);
    }

    private async Task ProveAsync(IReadOnlyList<string> clients, CancellationToken cancellation)
    {
        var coin = await opener.TossAsync(cancellation);
        foreach (var client in clients)
        {
            var masks = _masks[client];
            var coefficients = new Opened(ClientMasks.Coefficients(coin, masks.Length));
            var e = await opener.OpenAsync(party.SumRows(coefficients * masks, 1), cancellation);
            var proof = await opener.CheckAsync(new MaskProof(coin, e.Values.Span[0]), cancellation);
            await port.SendProofAsync(client, proof, cancellation);
        }
    }

    private async Task<int> ReceiveAsync(int segment, CancellationToken cancellation)
    {
        var numbers = plan.InputsOf(segment);
        var client = plan.Segments[Math.Min(segment, plan.Segments.Count - 1)].Owner;
        var (accepted, received) = await port.ReceiveInputsAsync(segment, cancellation);
        if (received.Length != numbers.Count || !FieldVector.IsCanonical(received))
            throw new MalformedMessageException($"{client} sent {received.Length} inputs for segment {segment} where {numbers.Count} field elements are due");
        opener.RequireAgreement(MemoryMarshal.AsBytes(received.AsSpan()));
        if (segment >= plan.Segments.Count) opener.RequireAgreement(BitConverter.GetBytes(accepted));
        var offset = 1;
        var all = ClientMasks.Inputs(plan, client);
        while (all[offset - 1] != numbers[0]) offset++;
        var values = party.Persist(_masks[client].Slice(offset, numbers.Count) + new Opened(received));
        for (var i = 0; i < numbers.Count; i++) _inputs[numbers[i]] = values.Slice(i, 1);
        return accepted;
    }
}
