using Grpc.Core;
using Mimir.Models;
using Mimir.Spdz;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Services.Coordination;

/// <summary>The gRPC service of coordinator.proto: who may call what, and <see cref="Cluster"/> for the rest.</summary>
internal sealed partial class CoordinatorEndpoint(Cluster cluster, Registrar registrar) : Coordinator.CoordinatorBase
{
    /// <summary>A node's registration.</summary>
    [AllowRoles(Role.Party)]
    public override Task RegisterParty(IAsyncStreamReader<WorkerMessage> requestStream, IServerStreamWriter<WorkerCommand> responseStream, ServerCallContext context) =>
        ServeAsync(requestStream, responseStream, context);

    /// <summary>The Triple Service's registration.</summary>
    [AllowRoles(Role.TripleService)]
    public override Task RegisterTripleService(IAsyncStreamReader<WorkerMessage> requestStream, IServerStreamWriter<WorkerCommand> responseStream, ServerCallContext context) =>
        ServeAsync(requestStream, responseStream, context);

    /// <summary>The sharing of a model.</summary>
    [AllowRoles(Role.ModelOwner)]
    public override async Task ShareModel(ModelTerms request, IServerStreamWriter<ModelEvent> responseStream, ServerCallContext context)
    {
        var caller = Verified(context);
        var group = await AnswerAsync(() => cluster.ShareAsync(request, caller, context.CancellationToken));
        var done = false;
        try
        {
            if (cluster.Revocations is { } revocations) await responseStream.WriteAsync(new ModelEvent { Revocations = revocations }, context.CancellationToken);
            await foreach (var next in group.Events.ReadAllAsync(context.CancellationToken)) await responseStream.WriteAsync(next, context.CancellationToken);
            done = true;
        }
        finally
        {
            if (!done) group.Lose(new SessionFailed { Session = group.Id.ToByteString(), Kind = FailureKind.PeerLost, Message = $"{caller} was lost while it shared a model." });
        }
    }

    /// <summary>The terms of a new session.</summary>
    [AllowRoles(Role.DataOwner)]
    public override Task<SessionCreated> CreateSession(SessionRequest request, ServerCallContext context)
    {
        var caller = Verified(context);
        return AnswerAsync(() => Task.FromResult(new SessionCreated { Session = cluster.Create(request.Terms, caller).Id.ToByteString() }));
    }

    /// <summary>A client's stream of one session.</summary>
    [AllowRoles(Role.DataOwner)]
    public override async Task RunInference(RunRequest request, IServerStreamWriter<InferenceEvent> responseStream, ServerCallContext context)
    {
        var caller = Verified(context);
        var session = await AnswerAsync(() => Task.FromResult(cluster.Require(request.Session)));
        var events = await AnswerAsync(() => Task.FromResult(session.Join(caller)));
        var done = false;
        try
        {
            if (cluster.Revocations is { } revocations) await responseStream.WriteAsync(new InferenceEvent { Revocations = revocations }, context.CancellationToken);
            await foreach (var next in events.ReadAllAsync(context.CancellationToken)) await responseStream.WriteAsync(next, context.CancellationToken);
            done = true;
        }
        finally
        {
            if (!done) session.Leave(caller);
        }
    }

    /// <summary>Sealed prompt segments.</summary>
    [AllowRoles(Role.DataOwner)]
    public override Task<Receipt> SubmitPrompt(SealedBatch request, ServerCallContext context) => RelayAsync(request, context);

    /// <summary>Sealed "ready" and "stop".</summary>
    [AllowRoles(Role.DataOwner)]
    public override Task<Receipt> Signal(SealedBatch request, ServerCallContext context) => RelayAsync(request, context);

    /// <summary>Public numbers.</summary>
    [AllowRoles(Role.Party, Role.TripleService, Role.DataOwner, Role.ModelOwner)]
    public override Task<MetricsReport> FetchMetrics(MetricsRequest request, ServerCallContext context) => AnswerAsync(() =>
    {
        var report = new MetricsReport();
        if (!request.Session.IsEmpty)
            report.Roles.AddRange(cluster.Require(request.Session).Metrics);
        report.Roles.Add(cluster.OwnMetrics());
        return Task.FromResult(report);
    });

    /// <summary>What a data owner may know before it has a session.</summary>
    [AllowRoles(Role.DataOwner)]
    public override Task<ClusterReport> DescribeCluster(ClusterRequest request, ServerCallContext context)
    {
        var caller = Verified(context);
        return AnswerAsync(() => Task.FromResult(cluster.Describe(caller, request.SessionsOnly)));
    }

    private async Task ServeAsync(IAsyncStreamReader<WorkerMessage> requests, IServerStreamWriter<WorkerCommand> responses, ServerCallContext context)
    {
        var caller = Verified(context);
        if (!await requests.MoveNext(context.CancellationToken)) return;
        var worker = await AnswerAsync(() => Task.FromResult(cluster.Register(caller, requests.Current.Hello)));
        var writing = WriteAsync();
        try
        {
            while (await requests.MoveNext(context.CancellationToken))
                await AnswerAsync(() =>
                {
                    cluster.Take(worker, requests.Current);
                    return Task.FromResult(0);
                });
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // A broken connection is the end of a registration like any other.
        }
        finally
        {
            cluster.Remove(worker);
            await writing;
        }

        async Task WriteAsync()
        {
            try
            {
                await foreach (var command in worker.Commands.ReadAllAsync(context.CancellationToken)) await responses.WriteAsync(command, context.CancellationToken);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or InvalidOperationException)
            {
                // The reading side notices the same end and removes the worker.
            }
        }
    }

    private Task<Receipt> RelayAsync(SealedBatch batch, ServerCallContext context)
    {
        var caller = Verified(context);
        return AnswerAsync(() =>
        {
            var session = cluster.Require(batch.Session);
            foreach (var envelope in batch.Envelopes)
            {
                if (envelope.Session != batch.Session) throw new ArgumentException("an envelope of another session");
                session.Relay(caller, envelope);
            }
            return Task.FromResult(new Receipt());
        });
    }

    private static PeerIdentity Verified(ServerCallContext context) =>
        context.Caller().Identity ?? throw new RpcException(new Status(StatusCode.Unauthenticated, "The coordinator serves mutual TLS connections only."));

    /// <summary>Says in gRPC's terms why a request was refused.</summary>
    private static async Task<T> AnswerAsync<T>(Func<Task<T>> answer)
    {
        try
        {
            return await answer();
        }
        catch (Exception error) when (error is ArgumentException or ProtocolViolation or ModelFormatException)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, error.Message));
        }
        catch (UntrustedPeerException error)
        {
            throw new RpcException(new Status(StatusCode.PermissionDenied, error.Message));
        }
        catch (InvalidOperationException error)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, error.Message));
        }
    }
}
