using System.Threading.Channels;
using Mimir.Spdz.Opening;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;

namespace Mimir.Spdz.Tests.Simulation;

/// <summary>The clients of a <see cref="LocalGroup"/>: one per owner and receiver, each with its own prompt segments.</summary>
internal sealed class LocalClients : IDealerPort
{
    private LocalGroup _group = null!;
    private Dictionary<string, TaskCompletionSource<(double[] Masks, byte[][] LogitsKeys)>> _masks = [];
    private Dictionary<string, Channel<MaskProof>> _proofs = [];
    private TaskCompletionSource<MaskedInputs>[][] _inputs = [];
    private Dictionary<string, Channel<(int Number, double[] Values)>[]> _outputs = [];

    /// <summary>Token ids by segment.</summary>
    public IReadOnlyList<int[]> Prompts { get; init; } = [];

    /// <summary>Alters an input on its way to a party: (party, segment, values) → values.</summary>
    public Func<int, int, double[], double[]> AlterInput { get; init; } = (_, _, values) => values;

    /// <summary>Alters how many guesses a party hears were right: (party, segment, number) → number.</summary>
    public Func<int, int, int, int> AlterAccepted { get; init; } = (_, _, accepted) => accepted;

    /// <summary>Who guesses for an owner that speculates.</summary>
    public IDrafter? Drafter { get; init; }

    /// <summary>What reused rows stand for.</summary>
    public int[] Known { get; init; } = [];

    /// <summary>Runs of guesses that the owner put in.</summary>
    public int Runs { get; private set; }

    /// <summary>Alters an output copy: (party, number, value) → value.</summary>
    public Func<int, int, double, double> AlterOutput { get; init; } = (_, _, value) => value;

    /// <summary>Alters what the dealer gives a client.</summary>
    public Func<double[], double[]> AlterMasks { get; init; } = masks => masks;

    /// <summary>Alters the keys of logits' masks that the dealer gives a client.</summary>
    public Func<byte[][], byte[][]> AlterLogitsKeys { get; init; } = keys => keys;

    /// <summary>Nothing is said before this.</summary>
    public Task Before { get; init; } = Task.CompletedTask;

    /// <summary>Read all outputs, as real clients do, instead of stopping at the plan's number of tokens.</summary>
    public bool ToTheEnd { get; init; }

    /// <summary>Stop once a receiver has this many tokens.</summary>
    public int StopAfter { get; init; } = int.MaxValue;

    /// <summary>Logits that the owner has got, by output.</summary>
    public List<double[]> Logits { get; } = [];

    /// <summary>What each receiver has got.</summary>
    public Dictionary<string, List<int>> Tokens { get; } = [];

    /// <summary>How many outputs each party has let go.</summary>
    public int[] Released { get; private set; } = [];

    public void Attach(LocalGroup group)
    {
        _group = group;
        Released = new int[group.Parties];
        var clients = ClientMasks.Clients(group.Plan);
        _masks = clients.ToDictionary(c => c, _ => new TaskCompletionSource<(double[], byte[][])>(TaskCreationOptions.RunContinuationsAsynchronously));
        _proofs = clients.ToDictionary(c => c, _ => Channel.CreateUnbounded<MaskProof>());
        _inputs = [.. Enumerable.Range(0, group.Parties).Select(_ => Enumerable.Range(0, group.Plan.InputSegments)
            .Select(_ => new TaskCompletionSource<MaskedInputs>(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray())];
        _outputs = group.Plan.Receivers.ToDictionary(
            c => c, _ => Enumerable.Range(0, group.Parties).Select(_ => Channel.CreateUnbounded<(int, double[])>()).ToArray());
        foreach (var receiver in group.Plan.Receivers) Tokens[receiver] = [];
    }

    public ValueTask SendMasksAsync(string client, double[] masks, byte[][] logitsKeys, CancellationToken cancellation)
    {
        _masks[client].SetResult((AlterMasks((double[])masks.Clone()), AlterLogitsKeys([.. logitsKeys.Select(k => (byte[])k.Clone())])));
        return ValueTask.CompletedTask;
    }

    public IPartyPort Port(int party) => new PartyPort(this, party);

    public Task RunAsync(CancellationToken cancellation) => Task.WhenAll(_masks.Keys.Select(c => Task.Run(() => RunAsync(c, cancellation), cancellation)));

    private async Task RunAsync(string client, CancellationToken cancellation)
    {
        var plan = _group.Plan;
        await Before.WaitAsync(cancellation);
        var (masks, logitsKeys) = await _masks[client].Task.WaitAsync(cancellation);
        using var session = new ClientSession(plan, client, _group.Parties, _group.Active, masks, logitsKeys, _group.Model.Layout.VocabularySize);
        if (_group.Active)
        {
            var proofs = new List<MaskProof>();
            for (var i = 0; i < _group.Parties; i++) proofs.Add(await _proofs[client].Reader.ReadAsync(cancellation));
            session.Verify(proofs);
        }
        for (var segment = 0; segment < plan.Segments.Count; segment++)
        {
            if (plan.Segments[segment].Owner != client) continue;
            Send(session, segment, plan.OwnerContinues ? [.. Prompts[segment].Take(plan.InputsOf(segment).Count)] : Prompts[segment]);
        }
        if (!plan.Receivers.Contains(client)) return;
        var tokens = Tokens[client];
        if (plan.OwnerContinues)
        {
            await ContinueAsync(session, client, cancellation);
            return;
        }
        for (var number = 0; number < plan.Outputs && (ToTheEnd || tokens.Count < plan.MaxTokens) && tokens.Count < StopAfter; number++)
        {
            var copies = await CopiesAsync(client, number, cancellation);
            if (session.Unmask(number, [.. copies.Select(c => c[0])], _group.Model.Layout.VocabularySize) is { } token) tokens.Add(token);
        }
    }

    /// <summary>All parties' copies of one output.</summary>
    private async Task<double[][]> CopiesAsync(string client, int number, CancellationToken cancellation)
    {
        var copies = new double[_group.Parties][];
        for (var party = 0; party < copies.Length; party++)
        {
            var (at, values) = await _outputs[client][party].Reader.ReadAsync(cancellation);
            if (at != number) throw new InvalidOperationException("outputs out of order");
            copies[party] = values;
        }
        return copies;
    }

    private async Task ContinueAsync(ClientSession session, string client, CancellationToken cancellation)
    {
        var (plan, tokens, number) = (_group.Plan, Tokens[client], 0);
        using var sampler = new LogitsSampler(plan);
        var text = new Continuation(plan, Known.Concat(Prompts.SelectMany(p => p)), Drafter);
        while (true)
        {
            var samples = new int[text.Samples];
            for (var i = 0; i < samples.Length; i++, number++)
            {
                var copies = await CopiesAsync(client, number, cancellation);
                if (plan.LogitsToOwner)
                {
                    var logits = session.UnmaskLogits(number, copies);
                    Logits.Add(logits);
                    samples[i] = sampler.Next(logits, text.Position + i - plan.FirstLogits);
                }
                else samples[i] = session.Unmask(number, [.. copies.Select(c => c[0])], _group.Model.Layout.VocabularySize)!.Value;
            }
            tokens.AddRange(text.Take(samples).Take(Math.Min(plan.MaxTokens, StopAfter) - tokens.Count));
            if (text.Part == plan.InputSegments) return;
            var (part, (accepted, next)) = (text.Part, text.Next());
            Runs++;
            Send(session, part, next, accepted);
            if (text.Position >= plan.Steps || tokens.Count == Math.Min(plan.MaxTokens, StopAfter)) return;
        }
    }

    private void Send(ClientSession session, int segment, int[] tokens, int accepted = 0)
    {
        var inputs = session.MaskInputs(segment, tokens);
        for (var party = 0; party < _group.Parties; party++)
            _inputs[party][segment].SetResult(new MaskedInputs(AlterAccepted(party, segment, accepted), AlterInput(party, segment, (double[])inputs.Clone())));
    }

    private sealed class PartyPort(LocalClients clients, int party) : IPartyPort
    {
        public bool StopRequested
        {
            get
            {
                if (clients.ToTheEnd) return false;
                var most = Math.Min(clients.StopAfter, clients._group.Plan.MaxTokens);
                foreach (var tokens in clients.Tokens.Values)
                    if (tokens.Count < most) return false;
                return true;
            }
        }

        public Task ClientsReadyAsync(CancellationToken cancellation) =>
            Task.WhenAll(clients._masks.Values.Select(m => m.Task)).WaitAsync(cancellation);

        public ValueTask SendProofAsync(string client, Verified<MaskProof> proof, CancellationToken cancellation) =>
            clients._proofs[client].Writer.WriteAsync(proof.Value, cancellation);

        public Task<MaskedInputs> ReceiveInputsAsync(int segment, CancellationToken cancellation) =>
            clients._inputs[party][segment].Task.WaitAsync(cancellation);

        public async ValueTask ReleaseAsync(string receiver, int number, Verified<double[]> masked, CancellationToken cancellation)
        {
            clients.Released[party]++;
            var values = (double[])masked.Value.Clone();
            values[^1] = clients.AlterOutput(party, number, values[^1]);
            await clients._outputs[receiver][party].Writer.WriteAsync((number, values), cancellation);
        }
    }
}
