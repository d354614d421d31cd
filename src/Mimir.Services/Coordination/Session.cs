using System.Threading.Channels;
using Google.Protobuf;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Services.Coordination;

/// <summary>One session as the coordinator sees it: who takes part, who has finished, and envelopes that it cannot open.</summary>
internal sealed class Session
{
    private const int LongestReport = 1 << 16;
    private readonly TimeSpan _joinWithin;
    private readonly Lock _lock = new();
    private readonly SessionTerms _terms;
    private readonly SessionPlan _plan;
    private readonly Dictionary<string, (PeerIdentity Identity, Channel<InferenceEvent> Events)> _clients = [];
    private readonly HashSet<Worker> _running;
    private readonly FailureCollector _failures;
    private readonly CoordinatorAudit _audit;
    private readonly PrivacyLedger? _ledger;
    private readonly SortedDictionary<string, RoleMetrics> _metrics = new(StringComparer.Ordinal);
    private readonly EnvelopeTallies _carried = new();
    private readonly ITimer _joining;
    private bool _joined;
    private bool _ended;

    /// <summary>A session that waits for its clients.</summary>
    public Session(SessionTerms terms, SessionPlan plan, Group group, TimeProvider clock, CoordinatorAudit audit, PrivacyLedger? ledger)
    {
        (_terms, _plan, Group, _audit, _ledger) = (terms, plan, group, audit, ledger);
        _running = [.. group.Members];
        _failures = new FailureCollector(clock, Fail);
        // One client comes at once; where there are several, people hand the session to each other.
        _joinWithin = TimeSpan.FromMinutes(ClientMasks.Clients(plan).Count == 1 ? 1 : 15);
        _joining = clock.CreateTimer(_ => RequireJoined(), null, _joinWithin, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Its name.</summary>
    public SessionId Id { get; } = SessionId.New();

    /// <summary>The model it runs on.</summary>
    public Group Group { get; }

    /// <summary>Each worker's last report.</summary>
    public IReadOnlyList<RoleMetrics> Metrics
    {
        get
        {
            lock (_lock) return [.. _metrics.Values];
        }
    }

    /// <summary>What it is for <paramref name="client"/>; null when it does not name it, or is over.</summary>
    public NamedSession? Describe(PeerIdentity client)
    {
        lock (_lock)
            return _ended || !ClientMasks.Clients(_plan).Contains(client.Name) ? null : new NamedSession { Session = Id.ToByteString(), Terms = _terms, Complete = _joined };
    }

    /// <summary>What it has carried, by purpose: sizes only.</summary>
    public IReadOnlyList<EnvelopeTally> Carried
    {
        get
        {
            lock (_lock) return _carried.ToList();
        }
    }

    /// <summary>Whether it is over.</summary>
    public bool IsOver { get { lock (_lock) return _ended; } }

    /// <summary>A client joins; with the last one the session may start. What it is to be told comes from the reader.</summary>
    /// <exception cref="ArgumentException">It is no client of the session, or joined before.</exception>
    public ChannelReader<InferenceEvent> Join(PeerIdentity client)
    {
        var events = Channel.CreateUnbounded<InferenceEvent>(new() { SingleReader = true });
        var names = ClientMasks.Clients(_plan);
        if (!names.Contains(client.Name)) throw new ArgumentException($"{client} is neither an owner nor a receiver of this session");
        lock (_lock)
        {
            if (_ended) throw new ArgumentException("the session is over");
            if (!_clients.TryAdd(client.Name, (client, events))) throw new ArgumentException($"{client} has joined this session already");
            if (_clients.Count < names.Count) return events.Reader;
            _joined = true;
            _joining.Dispose();
        }
        if (Charge()) Group.Admission.Enter(Id, Start);
        return events.Reader;
    }

    /// <summary>All have agreed to the session by joining: now it is charged to them. False when it may not start.</summary>
    private bool Charge()
    {
        try
        {
            _ledger?.Charge(ClientMasks.Clients(_plan), _plan.SessionEpsilon);
            return true;
        }
        catch (Exception error) when (error is ArgumentException or InvalidDataException)
        {
            _failures.Conclude(new() { Session = Id.ToByteString(), Kind = FailureKind.Usage, Message = error.Message });
            return false;
        }
    }

    /// <summary>A client's stream has ended.</summary>
    public void Leave(PeerIdentity client) => _failures.Conclude(Lost($"{client} was lost: its connection to the coordinator ended."));

    /// <summary>A member is gone for certain.</summary>
    public void Lose(Worker worker, string? reason = null)
    {
        if (Group.Members.Contains(worker)) _failures.Conclude(Lost(reason ?? $"{worker.Identity} was lost: its connection to the coordinator ended."));
    }

    /// <summary>Passes an envelope on to its recipient, if both ends belong to the session.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public void Relay(PeerIdentity sender, SealedEnvelope envelope)
    {
        if (!envelope.Sender.Names(sender)) throw new ArgumentException($"{sender} sent an envelope in another name");
        lock (_lock)
        {
            if (_ended) return;
            if (envelope.Recipient is { Role: PeerRole.DataOwner } && sender.Role != Role.DataOwner && _clients.TryGetValue(envelope.Recipient.Name, out var client))
                client.Events.Writer.TryWrite(new InferenceEvent { Sealed = envelope });
            else if (sender.Role == Role.DataOwner && Group.Parties.FirstOrDefault(p => envelope.Recipient.Names(p.Identity)) is { } party)
                party.Send(new WorkerCommand { Sealed = envelope });
            else throw new ArgumentException($"{sender} sent an envelope to somebody who does not take part in the session");
            _carried.Add(envelope);
        }
    }

    /// <summary>A worker tells what it has measured so far.</summary>
    /// <exception cref="ArgumentException">It tells more than a report may hold.</exception>
    public void Observe(Worker worker, RoleMetrics? metrics)
    {
        if (metrics is null || metrics.CalculateSize() > LongestReport) throw new ArgumentException($"{worker.Identity} sent a report that is empty or too long");
        lock (_lock)
        {
            // Its last report, with "finished", is the one that stays.
            if (_ended || !_running.Contains(worker)) return;
            metrics.Peer = worker.Identity.ToRef();
            _metrics[worker.Identity.ToString()] = metrics;
        }
    }

    /// <summary>A worker's part is done. When all parties' are, everyone may close.</summary>
    public void Finish(Worker worker, RoleMetrics? metrics)
    {
        lock (_lock)
        {
            if (_ended || !_running.Remove(worker)) return;
            if (metrics is not null)
            {
                metrics.Peer = worker.Identity.ToRef();
                _metrics[worker.Identity.ToString()] = metrics;
            }
            if (worker != Group.TripleService && !_running.Any(Group.Parties.Contains)) End(EndReason.Finished, "");
            if (_running.Count > 0 || !_failures.Close()) return;
            TellLast(new InferenceEvent { Finished = new SessionFinished { Session = Id.ToByteString() } });
        }
        _audit.Ended(Id);
        Group.Admission.Leave(Id);
    }

    /// <summary>How far it is, for every client.</summary>
    public void Tell(Progress progress)
    {
        lock (_lock)
        {
            if (_ended) return;
            foreach (var (_, events) in _clients.Values) events.Writer.TryWrite(new InferenceEvent { Progress = progress });
        }
    }

    /// <summary>What every client is to know: the revocation list in force, a new certificate.</summary>
    public void Tell(InferenceEvent news)
    {
        lock (_lock)
        {
            foreach (var (_, events) in _clients.Values) events.Writer.TryWrite(news);
        }
    }

    /// <summary>A worker's part failed.</summary>
    public void Report(SessionFailed failed) => _failures.Report(failed);

    /// <summary>It has a place on its model.</summary>
    private void Start()
    {
        lock (_lock)
        {
            if (!_ended) Describe();
        }
    }

    private void Describe()
    {
        var descriptor = new SessionDescriptor
        {
            Session = Id.ToByteString(),
            Group = Group.Id.ToByteString(),
            Terms = _terms,
            TripleService = Group.TripleService.Address,
        };
        descriptor.Parties.AddRange(Group.Parties.Select(p => p.Address));
        descriptor.Clients.AddRange(ClientMasks.Clients(_plan).Select(n => _clients[n].Identity.ToCertificate()));
        var bytes = descriptor.ToByteString();
        foreach (var (_, events) in _clients.Values) events.Writer.TryWrite(new InferenceEvent { Descriptor_ = bytes });
        foreach (var member in Group.Members) member.Send(new WorkerCommand { SessionStart = bytes });
    }

    private void RequireJoined()
    {
        lock (_lock)
        {
            if (_joined) return;
        }
        var missing = ClientMasks.Clients(_plan).Where(n => !_clients.ContainsKey(n));
        _failures.Conclude(Lost($"data-owner '{string.Join("', '", missing)}' did not join the session within {_joinWithin.TotalSeconds:0} s."));
    }

    private void Fail(SessionFailed failed)
    {
        lock (_lock)
        {
            End(EndReason.Failed, failed.Message);
            _ended = true;
        }
        // Before the clients are told: one that tries again at once must not find the model.
        if (failed.ModelVoid) Group.Lose(failed);
        lock (_lock) TellLast(new InferenceEvent { Failed = failed });
        Group.Admission.Leave(Id);
        _audit.Aborted(Id, failed);
    }

    private void End(EndReason reason, string message)
    {
        // The Triple Service first: it would take the closing of a tape for a loss.
        foreach (var member in Group.Members.Reverse())
            member.Send(new WorkerCommand { End = new SessionEnd { Session = Id.ToByteString(), Reason = reason, Message = message } });
    }

    private void TellLast(InferenceEvent last)
    {
        _ended = true;
        _joining.Dispose();
        foreach (var (_, events) in _clients.Values)
        {
            events.Writer.TryWrite(last);
            events.Writer.TryComplete();
        }
    }

    private SessionFailed Lost(string message) => new() { Session = Id.ToByteString(), Kind = FailureKind.PeerLost, Message = message };
}
