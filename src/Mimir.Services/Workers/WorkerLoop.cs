using System.Collections.Concurrent;
using Mimir.Services.Hosting;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.Revocations;

namespace Mimir.Services.Workers;

/// <summary>
/// Follows the coordinator's commands: loads models, runs sessions, reports how they end. What the coordinator sends is checked, not trusted.
/// </summary>
internal sealed class WorkerLoop(TlsSettings tls, CoordinatorLink link, IWorker worker, RoleEnvironment environment)
{
    private readonly ConcurrentDictionary<SessionId, Job> _jobs = [];
    private readonly HashSet<SessionId> _used = [];

    /// <summary>Runs until cancelled or until the coordinator is lost; then every session has ended.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (var command in link.ReadAllAsync(cancellation)) Follow(command, cancellation);
        }
        finally
        {
            var jobs = _jobs.Values.ToArray();
            foreach (var job in jobs) await job.Stop.CancelAsync();
            await Task.WhenAll(jobs.Select(j => j.Task));
        }
    }

    private void Follow(WorkerCommand command, CancellationToken cancellation)
    {
        switch (command.CommandCase)
        {
            case WorkerCommand.CommandOneofCase.ModelStart:
                Start(GroupDescriptor.Parser.ParseFrom(command.ModelStart).Group.ToSessionId(), job => LoadAsync(command.ModelStart.Memory, job), cancellation);
                break;
            case WorkerCommand.CommandOneofCase.SessionStart:
                Start(SessionDescriptor.Parser.ParseFrom(command.SessionStart).Session.ToSessionId(), job => RunAsync(command.SessionStart.Memory, job), cancellation);
                break;
            case WorkerCommand.CommandOneofCase.Sealed:
                if (_jobs.TryGetValue(command.Sealed.Session.ToSessionId(), out var addressed)) addressed.Deliver(command.Sealed);
                break;
            case WorkerCommand.CommandOneofCase.End:
                End(command.End);
                break;
            case WorkerCommand.CommandOneofCase.Revocations:
                Take(command.Revocations.List.Memory);
                break;
            case WorkerCommand.CommandOneofCase.Certificate:
                PeerIdentity.Learn(command.Certificate.Span, tls.Anchors, tls.Clock.GetUtcNow());
                break;
        }
    }

    private void Start(SessionId id, Func<Job, Task> work, CancellationToken cancellation)
    {
        // A name is used once: what was sealed or dealt under it must never meet fresh masks.
        if (!_used.Add(id)) throw new MalformedMessageException("the coordinator started the same session or group twice");
        var job = new Job(id, CancellationTokenSource.CreateLinkedTokenSource(cancellation));
        _jobs[id] = job;
        job.Task = Task.Run(async () =>
        {
            try
            {
                await work(job);
            }
            catch (Exception error)
            {
                if (!job.Stop.IsCancellationRequested) Report(job, error);
            }
            finally
            {
                _jobs.TryRemove(id, out _);
            }
        }, CancellationToken.None);
    }

    private async Task LoadAsync(ReadOnlyMemory<byte> descriptor, Job job)
    {
        var group = VerifiedGroup.Read(descriptor.Span, tls.Anchors, tls.Clock.GetUtcNow());
        await worker.LoadAsync(group, job.Stop.Token);
        link.Send(new WorkerMessage { ModelReady = group.Id.ToByteString() });
        environment.Log($"model '{group.ModelName}' is loaded for {group.Parties.Count} parties");
    }

    private async Task RunAsync(ReadOnlyMemory<byte> descriptor, Job job)
    {
        var session = VerifiedSession.Read(descriptor.Span, tls.Anchors, tls.Clock.GetUtcNow());
        job.Group = session.Group;
        var part = worker.Open(session);
        job.Attach(part);
        await using var reporting = new ProgressReports(tls.Clock, () => part.Progress, (done, total) =>
            link.Send(new WorkerMessage { Progress = new Progress { Session = job.Id.ToByteString(), Done = done, Total = total } }));
        await using var observing = new ObservationReports(tls.Clock, () => part.Observation, metrics =>
            link.Send(new WorkerMessage { Observed = new Observation { Session = job.Id.ToByteString(), Metrics = metrics } }));
        await part.RunAsync(
            metrics => link.Send(new WorkerMessage { Finished = new SessionFinished { Session = job.Id.ToByteString(), Metrics = metrics } }),
            job.Ended, job.Stop.Token);
    }

    private void Report(Job job, Exception error)
    {
        if (Failures.VoidsModel(error)) worker.Discard(job.Group ?? job.Id);
        var report = Failures.Report(job.Id, tls.Identity, error, job.Session?.Step ?? "");
        environment.Log($"session {job.Id} ended: {report.ToException().Message}");
        link.Send(new WorkerMessage { Failed = report });
    }

    /// <summary>The coordinator passes lists on; whether one is in force is for this process to say.</summary>
    private void Take(ReadOnlyMemory<byte> revocations)
    {
        try
        {
            if (tls.Anchors.Accept(revocations)) environment.Log($"revocation list {tls.Anchors.Revocations.List.Version} is in force");
            tls.Anchors.Revocations.Keep();
        }
        catch (RevocationRefusedException refused)
        {
            environment.Log($"a revocation list was refused: {refused.Message}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            environment.Log($"the revocation list is in force, and could not be kept for the next start: {error.Message}");
        }
    }

    private void End(SessionEnd end)
    {
        var id = end.Session.ToSessionId();
        if (_jobs.TryGetValue(id, out var job)) job.End(end.Reason == EndReason.Finished);
        else if (end.Reason != EndReason.Finished) worker.Discard(id);
    }

    /// <summary>A model that is being loaded, or a session that runs.</summary>
    private sealed class Job(SessionId id, CancellationTokenSource stop)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<SealedEnvelope> _early = [];

        public SessionId Id => id;

        public CancellationTokenSource Stop => stop;

        public SessionId? Group { get; set; }

        public IWorkerSession? Session { get; private set; }

        public Task Task { get; set; } = Task.CompletedTask;

        public Task Ended => _ended.Task;

        public void Attach(IWorkerSession session)
        {
            lock (_early)
            {
                Session = session;
                foreach (var envelope in _early) session.Deliver(envelope);
                _early.Clear();
            }
        }

        public void Deliver(SealedEnvelope envelope)
        {
            lock (_early)
            {
                if (Session is { } session) session.Deliver(envelope);
                else _early.Add(envelope);
            }
        }

        public void End(bool finished)
        {
            _ended.TrySetResult();
            if (!finished) stop.Cancel();
        }
    }
}
