using System.Diagnostics;
using System.Runtime.InteropServices;
using Mimir.Client.Sampling;
using Mimir.Spdz;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Client;

/// <summary>
/// One session seen by one client, as a sequence of envelopes in and envelopes out: description → masks → "ready" → proofs → masked prompt →
/// outputs. No input leaves before the proofs of all parties were compared with the masks.
/// </summary>
internal sealed class ClientRun(TlsSettings tls, SessionId id, ClientTask task) : IDisposable
{
    private readonly SealedRoutes _routes = new(tls.Identity, id);
    private readonly List<int> _tokens = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private VerifiedSession? _session;
    private ClientSession? _masks;
    private MaskProof?[] _proofs = [];
    private readonly List<int> _samples = [];
    private LogitsSampler? _sampler;
    private LogitsShaping? _shaping;
    private readonly List<TokenLogProbs> _logProbs = [];
    private TokenLogProbs? _explained;
    private Continuation? _text;
    private Queue<double[]>[] _outputs = [];
    private int _number;
    private bool _ended;
    private bool _stopped;
    private TimeSpan _first;
    private TimeSpan _last;

    /// <summary>The description: must be of the session and terms that this client agreed to.</summary>
    public void Begin(ReadOnlySpan<byte> descriptor)
    {
        if (_session is not null) throw new MalformedMessageException("the coordinator described the session twice");
        var session = VerifiedSession.Read(descriptor, tls.Anchors, tls.Clock.GetUtcNow());
        if (session.Id != id || !session.Terms.Equals(task.Terms))
            throw new MalformedMessageException("the coordinator described another session than this client agreed to; nothing was sent");
        if (!session.Clients[tls.Identity.Name].SpkiSha256.Span.SequenceEqual(tls.Identity.SpkiSha256.Span))
            throw new MalformedMessageException("the session's description names another key for this client; nothing was sent");
        _proofs = new MaskProof?[session.Parties.Count];
        _outputs = [.. session.Parties.Select(_ => new Queue<double[]>())];
        _session = session;
    }

    /// <summary>Takes one envelope and returns what is to be sent because of it.</summary>
    public IReadOnlyList<SealedEnvelope> Take(SealedEnvelope envelope)
    {
        var session = _session ?? throw new MalformedMessageException("a sealed message came before the session's description");
        if (envelope.Purpose == SealPurpose.Masks) return TakeMasks(session, _routes.Open(session.TripleService.Identity, envelope));
        var index = session.IndexOf(envelope.Sender?.Name ?? "");
        var party = session.Parties[index].Identity;
        var payload = _routes.Open(party, envelope);
        return envelope.Purpose switch
        {
            SealPurpose.Proof => TakeProof(session, index, SealedPayloads.ReadProof(payload, party.ToString())),
            SealPurpose.Output => TakeOutput(session, index, SealedPayloads.ReadOutput(payload, session.Plan.LogitsToOwner ? task.VocabularySize : 1, party.ToString())),
            _ => throw new MalformedMessageException($"{party} sent a message that a party never sends to a client"),
        };
    }

    /// <summary>What came out.</summary>
    public GenerationResult Result() =>
        new(_tokens, _first, _last - _first, _session is { } session
            ? [.. Leakage.Of(session.Plan, task.StopBucket, task.Weights), Leakage.OfEvidence(tls.Anchors.Attestation is not null)]
            : []) { LogProbs = _logProbs };

    /// <summary>Forgets the masks.</summary>
    public void Dispose()
    {
        _masks?.Dispose();
        _sampler?.Dispose();
    }

    private List<SealedEnvelope> TakeMasks(VerifiedSession session, byte[] payload)
    {
        if (_masks is not null) throw new MalformedMessageException("the Triple Service sent masks twice");
        var (masks, keys) = SealedPayloads.ReadMasks(payload, session.Digest.Span, session.Plan.LogitsToOwner ? session.Parties.Count : 0);
        _masks = new ClientSession(session.Plan, tls.Identity.Name, session.Parties.Count, session.Active, masks, keys, task.VocabularySize);
        var ready = ForEveryParty(session, SealPurpose.Ready, session.Digest.Span);
        if (!session.Active) ready.AddRange(Prompt(session));
        return ready;
    }

    private List<SealedEnvelope> TakeProof(VerifiedSession session, int party, MaskProof proof)
    {
        if (_masks is null || _proofs[party] is not null) throw new MalformedMessageException($"{session.Parties[party].Identity} sent a mask proof where none is due");
        _proofs[party] = proof;
        if (_proofs.Any(p => p is null)) return [];
        _masks.Verify([.. _proofs.Select(p => p!)]);
        return Prompt(session);
    }

    private List<SealedEnvelope> TakeOutput(VerifiedSession session, int party, double[] value)
    {
        _outputs[party].Enqueue(value);
        if (_masks is null || !session.Plan.Receivers.Contains(tls.Identity.Name))
            throw new MalformedMessageException($"{session.Parties[party].Identity} sent an output to a client that receives none");
        if (_outputs.Any(o => o.Count == 0)) return [];
        if (_number == session.Plan.Outputs) throw new MalformedMessageException("the parties sent more outputs than the session has");
        double[][] copies = [.. _outputs.Select(o => o.Dequeue())];
        if (session.Plan.OwnerContinues) return Continue(session, _masks, copies, _number++);
        if (Token(_masks, copies, _number++) is { } token) Accept(session, token);
        return Stop(session);
    }

    /// <summary>Passes a token on, unless the text has ended.</summary>
    private void Accept(VerifiedSession session, int token)
    {
        if (_ended || _tokens.Count == session.Plan.MaxTokens) return;
        _ended = task.EndTokens.Contains(token);
        if (_ended) return;
        _last = _clock.Elapsed;
        if (_tokens.Count == 0) _first = _last;
        _tokens.Add(token);
        _shaping?.Append(token);
        if (_explained is not null)
        {
            _logProbs.Add(_explained);
            task.OnLogProbs(_explained);
        }
        task.OnToken(token);
        _ended = !task.WantsMore();
    }

    /// <summary>
    /// Asks everybody to stop, once, when the text has ended and a whole bucket of outputs has come: counted by outputs, as everybody does, so that it says nothing
    /// about the prompt's length either.
    /// </summary>
    private List<SealedEnvelope> Stop(VerifiedSession session)
    {
        if (!_ended || _stopped || _number % task.StopBucket != 0) return [];
        _stopped = true;
        return ForEveryParty(session, SealPurpose.Stop, []);
    }

    /// <summary>
    /// Puts the next run's tokens in once the last one's samples are there. To the end of the plan, whatever has come out: the parties would learn from an earlier
    /// one how long the prompt is.
    /// </summary>
    private List<SealedEnvelope> Continue(VerifiedSession session, ClientSession masks, double[][] copies, int number)
    {
        var plan = session.Plan;
        _text ??= new Continuation(plan, task.Prefix.Concat(task.Segments.OrderBy(s => s.Key).SelectMany(s => s.Value)), task.Drafter);
        _samples.Add(Sample(plan, masks, copies, number, _text.Position + _samples.Count - plan.FirstLogits));
        if (_samples.Count < _text.Samples) return [];
        var granted = _text.Take(CollectionsMarshal.AsSpan(_samples));
        _samples.Clear();
        var result = new List<SealedEnvelope>();
        foreach (var token in granted) Accept(session, token);
        result.AddRange(Stop(session));
        if (_text.Part == plan.InputSegments) return result;
        var (part, (accepted, tokens)) = (_text.Part, _text.Next());
        result.AddRange(Inputs(session, part, tokens, accepted));
        return result;
    }

    private int Sample(SessionPlan plan, ClientSession masks, double[][] copies, int number, int noise)
    {
        if (!plan.LogitsToOwner) return Token(masks, copies, number) ?? throw new OutputMismatchException($"output {number} is no token");
        var logits = masks.UnmaskLogits(number, copies);
        var shaped = logits.ToArray();
        (_shaping ??= Shaping(plan)).Apply(shaped);
        var sample = (_sampler ??= new LogitsSampler(plan, task.Owner.TopK)).Next(shaped, noise);
        _explained = task.Owner.TopLogProbs is null ? null : _shaping.Explain(logits, sample);
        Array.Clear(logits);
        Array.Clear(shaped);
        return sample;
    }

    private LogitsShaping Shaping(SessionPlan plan)
    {
        var shaping = new LogitsShaping(task.Owner, plan.Temperature);
        foreach (var token in plan.PublicTokens.Concat(task.Prefix).Concat(task.Segments.Values.SelectMany(s => s))) shaping.Know(token);
        return shaping;
    }

    private List<SealedEnvelope> Prompt(VerifiedSession session)
    {
        var result = new List<SealedEnvelope>();
        for (var segment = 0; segment < session.Plan.Segments.Count; segment++)
        {
            if (session.Plan.Segments[segment].Owner != tls.Identity.Name) continue;
            if (!task.Segments.TryGetValue(segment, out var tokens)) throw new ArgumentException($"the session wants prompt segment {segment} of this client, which has none");
            result.AddRange(Inputs(session, segment, session.Plan.OwnerContinues ? tokens.Take(session.Plan.InputsOf(segment).Count) : tokens));
        }
        return result;
    }

    private List<SealedEnvelope> Inputs(VerifiedSession session, int segment, IEnumerable<int> tokens, int accepted = 0) =>
        ForEveryParty(session, SealPurpose.Input, SealedPayloads.WriteInputs(segment, new MaskedInputs(accepted, _masks!.MaskInputs(segment, [.. tokens]))));

    private int? Token(ClientSession masks, double[][] copies, int number) => masks.Unmask(number, [.. copies.Select(c => c[0])], task.VocabularySize);

    private List<SealedEnvelope> ForEveryParty(VerifiedSession session, SealPurpose purpose, ReadOnlySpan<byte> payload)
    {
        var result = new List<SealedEnvelope>(session.Parties.Count);
        foreach (var party in session.Parties) result.Add(_routes.Seal(party.Identity, purpose, payload));
        return result;
    }
}
