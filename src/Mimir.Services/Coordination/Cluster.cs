using System.Collections.Concurrent;
using Mimir.Models.Transformers;
using Mimir.Services.Hosting;
using Mimir.Services.Workers;
using Mimir.Spdz.Sessions;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.Audit;
using Mimir.Trust.Registration;

namespace Mimir.Services.Coordination;

/// <summary>Everything that the coordinator knows: workers, groups, sessions. Thread-safe.</summary>
internal sealed partial class Cluster(TlsSettings tls, Registrar registrar, int maxLanes, Action<string> log, CoordinatorAudit audit)
{
    private const int KeptSessions = 64;
    private static readonly TimeSpan RegisterWithin = TimeSpan.FromSeconds(20);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Worker> _workers = [];
    private readonly ConcurrentDictionary<SessionId, Group> _groups = [];
    private readonly ConcurrentDictionary<SessionId, Session> _sessions = [];
    private readonly Queue<SessionId> _order = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What data owners have spent of their ε; null: nobody counts.</summary>
    public PrivacyLedger? Ledger { get; init; }

    /// <summary>Registers a worker.</summary>
    /// <exception cref="ArgumentException">Its hello is not of this version, it is registered already, or its evidence is refused.</exception>
    public Worker Register(PeerIdentity identity, WorkerHello? hello)
    {
        if (hello is null || hello.ProtocolVersion != ProtocolVersion.Current || hello.Port is 0 or > 65535 || hello.Host.Length is 0 or > 255)
            throw audit.Refused(identity, AdmissionRefusal.Protocol, $"the greeting of {identity} is none of protocol version {ProtocolVersion.Current}; install the same release everywhere");
        var worker = new Worker(identity, hello, registrar.Describe(identity));
        RequireEvidence(identity, worker);
        lock (_lock)
        {
            if (_workers.ContainsKey(identity.ToString())) throw audit.Refused(identity, AdmissionRefusal.Duplicate, $"{identity} is registered already; stop the other process or give this one another name");
            audit.Admitting(identity);
            _workers.Add(identity.ToString(), worker);
            worker.Send(new WorkerCommand { Registered = new Registered { ProtocolVersion = ProtocolVersion.Current, RegisteredParties = (uint)_workers.Values.Count(w => w.Identity.Role == Role.Party) } });
            if (Revocations is { } list) worker.Send(new WorkerCommand { Revocations = list });
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        log($"{identity} registered at {hello.Host}:{hello.Port}");
        return worker;
    }

    /// <summary>A worker that is registered has a new certificate for the same key.</summary>
    public void Renew(PeerIdentity identity)
    {
        lock (_lock)
        {
            if (_workers.TryGetValue(identity.ToString(), out var worker) && worker.Identity.SpkiSha256.Span.SequenceEqual(identity.SpkiSha256.Span))
                worker.Renew(identity, registrar.Describe(identity));
        }
        Announce(identity.CertificateDer);
    }

    /// <summary>Tells everybody of a member's new certificate, the coordinator's own too, so that connections outlive the authority that certified their keys first.</summary>
    public void Announce(ReadOnlyMemory<byte> certificate)
    {
        var bytes = Google.Protobuf.ByteString.CopyFrom(certificate.Span);
        Worker[] workers;
        lock (_lock) workers = [.. _workers.Values];
        foreach (var worker in workers) worker.Send(new WorkerCommand { Certificate = bytes });
        foreach (var session in _sessions.Values) session.Tell(new InferenceEvent { Certificate = bytes });
    }

    /// <summary>A worker's connection ended: its groups are dead and its sessions over.</summary>
    public void Remove(Worker worker)
    {
        lock (_lock) _workers.Remove(worker.Identity.ToString());
        worker.Close();
        log($"{worker.Identity} is gone");
        foreach (var session in _sessions.Values) session.Lose(worker);
        foreach (var group in _groups.Values.Where(g => g.Members.Contains(worker)))
            group.Lose(new SessionFailed { Session = group.Id.ToByteString(), Kind = FailureKind.PeerLost, Message = $"{worker.Identity} was lost: its connection to the coordinator ended." });
    }

    /// <summary>Takes a worker's message.</summary>
    /// <exception cref="ArgumentException">It is none that this worker may send.</exception>
    /// <exception cref="UntrustedPeerException">It is a certificate that does not verify.</exception>
    public void Take(Worker worker, WorkerMessage message)
    {
        switch (message.MessageCase)
        {
            case WorkerMessage.MessageOneofCase.Sealed:
                Find(message.Sealed.Session)?.Relay(worker.Identity, message.Sealed);
                break;
            case WorkerMessage.MessageOneofCase.Finished:
                Member(message.Finished.Session, worker)?.Finish(worker, message.Finished.Metrics);
                break;
            case WorkerMessage.MessageOneofCase.Failed:
                message.Failed.Reporter = worker.Identity.ToRef();
                log($"{worker.Identity} reports: {message.Failed.ToException().Message}");
                Member(message.Failed.Session, worker)?.Report(message.Failed);
                if (_groups.TryGetValue(message.Failed.Session.ToSessionId(), out var loading) && loading.Members.Contains(worker)) loading.Report(message.Failed);
                break;
            case WorkerMessage.MessageOneofCase.Progress:
                Member(message.Progress.Session, worker)?.Tell(message.Progress);
                break;
            case WorkerMessage.MessageOneofCase.Observed:
                Member(message.Observed.Session, worker)?.Observe(worker, message.Observed.Metrics);
                break;
            case WorkerMessage.MessageOneofCase.ModelReady:
                if (_groups.TryGetValue(message.ModelReady.ToSessionId(), out var group)) group.Ready(worker);
                break;
            case WorkerMessage.MessageOneofCase.Certificate:
                Renew(tls.Anchors.RequireAttested(PeerIdentity.Verify(message.Certificate.Span, tls.Anchors, tls.Clock.GetUtcNow())).Require(worker.Identity.Role, worker.Identity.Name));
                break;
            default:
                throw new ArgumentException($"{worker.Identity} sent an unknown message");
        }
    }

    /// <summary>Chooses the members of a group, waiting a little for enough to register, and starts the loading.</summary>
    /// <exception cref="ArgumentException">The terms are out of range.</exception>
    /// <exception cref="InvalidOperationException">Too few workers are registered.</exception>
    public async Task<Group> ShareAsync(ModelTerms terms, PeerIdentity modelOwner, CancellationToken cancellation)
    {
        if (terms.Parties is < 2 or > 64) throw new ArgumentException($"a model is shared with 2 to 64 parties, not {terms.Parties}");
        _ = SessionTermsCodec.IsActive(terms.Security);
        _ = ModelLayoutCodec.Read(terms.Layout.Span);
        var started = tls.Clock.GetTimestamp();
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                Worker[] parties = [.. _workers.Values.Where(w => w.Identity.Role == Role.Party).OrderBy(w => w.Identity.Name, StringComparer.Ordinal).Take((int)terms.Parties)];
                var service = _workers.Values.FirstOrDefault(w => w.Identity.Role == Role.TripleService);
                if (parties.Length == terms.Parties && service is not null)
                {
                    RequireQuorum([.. parties, service]);
                    var group = new Group(terms, modelOwner, parties, service, maxLanes, tls.Clock) { Number = _groups.Count };
                    audit.Sharing(group, modelOwner);
                    _groups[group.Id] = group;
                    group.Start();
                    log($"{modelOwner} shares model '{terms.Name}' with {string.Join(", ", parties.Select(p => p.Identity.Name))}");
                    return group;
                }
                var left = RegisterWithin - tls.Clock.GetElapsedTime(started);
                if (left <= TimeSpan.Zero)
                    throw new InvalidOperationException($"{parties.Length} of {terms.Parties} parties and {(service is null ? "no" : "a")} Triple Service are registered; start the missing ones");
                changed = Task.WhenAny(_changed.Task, Task.Delay(left, tls.Clock, cancellation));
            }
            await changed;
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Makes a session on a model that is shared.</summary>
    /// <exception cref="ArgumentException">The terms are out of range, or the caller is not named in them.</exception>
    /// <exception cref="InvalidOperationException">No such model is shared.</exception>
    public Session Create(SessionTerms terms, PeerIdentity caller)
    {
        var plan = SessionTermsCodec.Read(terms);
        if (!plan.Segments.Any(s => s.Owner == caller.Name) && !plan.Receivers.Contains(caller.Name))
            throw new ArgumentException($"{caller} is neither an owner nor a receiver of the session that it wants to create");
        var group = _groups.Values.FirstOrDefault(g => g.IsReady && g.LayoutDigest == terms.LayoutDigest && g.Parties.Count == terms.Parties
            && g.Terms.Security == terms.Security && g.Terms.ScaleBits == terms.ScaleBits)
            ?? throw new InvalidOperationException($"no such model is shared with {terms.Parties} parties at these settings; run mimir model share first");
        plan.Validate(group.Layout, group.Parties.Count, terms.MaxContext == 0 ? int.MaxValue : (int)Math.Min(terms.MaxContext, int.MaxValue));
        Ledger?.Require(ClientMasks.Clients(plan), plan.SessionEpsilon);
        var session = new Session(terms, plan, group, tls.Clock, audit, Ledger);
        audit.Creating(session, plan, caller);
        _sessions[session.Id] = session;
        lock (_lock)
        {
            _order.Enqueue(session.Id);
            while (_order.Count > KeptSessions && _sessions[_order.Peek()].IsOver) _sessions.TryRemove(_order.Dequeue(), out _);
        }
        return session;
    }

    /// <summary>A session by its id.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public Session Require(Google.Protobuf.ByteString id) => Find(id) ?? throw new ArgumentException("no such session; it has ended or never was");

    /// <summary>The coordinator's own numbers, and what it carried in <paramref name="session"/>.</summary>
    public RoleMetrics OwnMetrics(Session? session = null) => new() { Peer = tls.Identity.ToRef(), PeakMemoryBytes = PeakMemory.Bytes, Envelopes = { session?.Carried ?? [] } };

    /// <summary>Ends what runs.</summary>
    public void EndAll(string message)
    {
        foreach (var session in _sessions.Values)
            session.Report(new SessionFailed { Session = session.Id.ToByteString(), Kind = FailureKind.RunFailed, Message = message });
    }

    private void RequireEvidence(PeerIdentity identity, Worker worker)
    {
        try
        {
            tls.Anchors.Attestation?.Judge(identity, worker.Address.Worker.Attestation?.ToRecord(), tls.Clock.GetUtcNow());
        }
        catch (UntrustedPeerException refused)
        {
            var policy = refused is PolicyRefusedException;
            throw audit.Refused(identity, policy ? AdmissionRefusal.Policy : AdmissionRefusal.Evidence, $"{(policy ? RegistrationRefusedException.Policy : RegistrationRefusedException.Evidence)}: {refused.Message}");
        }
    }

    /// <summary>Refuses at once what every member would refuse by itself.</summary>
    private void RequireQuorum(IReadOnlyList<Worker> members)
    {
        if (tls.Anchors.Attestation is not { } rule) return;
        try
        {
            var now = tls.Clock.GetUtcNow();
            rule.RequireQuorum([.. members.Select(m => rule.Judge(
                m.Address.Worker.Verify(tls.Anchors, now, m.Identity.Role), m.Address.Worker.Attestation?.ToRecord(), now))]);
        }
        catch (UntrustedPeerException refused)
        {
            throw new InvalidOperationException(refused.Message);
        }
    }

    private Session? Find(Google.Protobuf.ByteString id) => id.Length == SessionId.Size && _sessions.TryGetValue(id.ToSessionId(), out var session) ? session : null;

    private Session? Member(Google.Protobuf.ByteString id, Worker worker) => Find(id) is { } session && session.Group.Members.Contains(worker) ? session : null;
}
