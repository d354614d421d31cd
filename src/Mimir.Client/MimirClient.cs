using Grpc.Core;
using Mimir.Client.Clusters;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Client;

/// <summary>
/// A data owner's connection to a coordinator. Prompts are masked and sealed in this process; tokens are opened in this process; the coordinator
/// carries both and can read neither.
/// </summary>
public sealed class MimirClient : IDisposable
{
    private readonly TlsSettings _tls;
    private readonly PeerChannel _channel;
    private readonly Coordinator.CoordinatorClient _client;

    /// <summary>Connects with the first call.</summary>
    public MimirClient(TlsSettings tls, string host, int port)
    {
        _tls = tls;
        _channel = PeerChannel.Create(tls, host, port, Role.Coordinator);
        _client = new Coordinator.CoordinatorClient(_channel.Invoker);
    }

    /// <summary>Fixes the terms of a session. Every client that they name then calls <see cref="RunAsync"/>.</summary>
    /// <exception cref="ArgumentException">The coordinator refuses the terms, or has no such model; says why.</exception>
    /// <exception cref="PeerLostException">The coordinator is gone.</exception>
    public async Task<SessionId> CreateSessionAsync(SessionTerms terms, CancellationToken cancellation)
    {
        try
        {
            return (await _client.CreateSessionAsync(new SessionRequest { Terms = terms }, cancellationToken: cancellation)).Session.ToSessionId();
        }
        catch (RpcException error)
        {
            throw Translate(error, cancellation);
        }
    }

    /// <summary>
    /// Takes part in a session to its end: tests the masks against every party's proof, sends the masked prompt segments, and opens the tokens.
    /// </summary>
    /// <exception cref="ProtocolViolation">A party, the Triple Service or the coordinator deviated, and this client saw it.</exception>
    /// <exception cref="SessionFailedException">Another member reported why the session failed.</exception>
    /// <exception cref="PeerLostException">The coordinator is gone.</exception>
    public async Task<GenerationResult> RunAsync(SessionId session, ClientTask task, CancellationToken cancellation)
    {
        try
        {
            using var call = _client.RunInference(new RunRequest { Session = session.ToByteString() }, cancellationToken: cancellation);
            using var run = new ClientRun(_tls, session, task);
            while (await call.ResponseStream.MoveNext(cancellation))
            {
                switch (call.ResponseStream.Current)
                {
                    case { EventCase: InferenceEvent.EventOneofCase.Descriptor_ } described:
                        run.Begin(described.Descriptor_.Span);
                        break;
                    case { Sealed: { } envelope }:
                        await SendAsync(run.Take(envelope), cancellation);
                        break;
                    case { Progress: { } progress }:
                        task.OnProgress((int)Math.Min(progress.Done, int.MaxValue), (int)Math.Min(progress.Total, int.MaxValue));
                        break;
                    case { Revocations: { } revocations }:
                        _tls.Anchors.Accept(revocations.List.Memory);
                        _tls.Anchors.Revocations.Keep();
                        break;
                    case { EventCase: InferenceEvent.EventOneofCase.Certificate } renewed:
                        PeerIdentity.Learn(renewed.Certificate.Span, _tls.Anchors, _tls.Clock.GetUtcNow());
                        break;
                    case { Failed: { } failed }:
                        throw failed.ToException();
                    case { Finished: not null }:
                        return run.Result();
                }
            }
            throw new PeerLostException($"{_channel.Target} ended the session without saying why");
        }
        catch (RpcException error)
        {
            throw Translate(error, cancellation);
        }
    }

    /// <summary>What each process measured; all of it public.</summary>
    /// <exception cref="PeerLostException">The coordinator is gone.</exception>
    public async Task<IReadOnlyList<RoleMetrics>> MetricsAsync(SessionId session, CancellationToken cancellation)
    {
        try
        {
            return (await _client.FetchMetricsAsync(new MetricsRequest { Session = session.ToByteString() }, cancellationToken: cancellation)).Roles;
        }
        catch (RpcException error)
        {
            throw Translate(error, cancellation);
        }
    }

    /// <summary>Who is registered and which models are shared; certificates and evidence are verified here.</summary>
    /// <exception cref="PeerLostException">The coordinator is gone.</exception>
    /// <exception cref="UntrustedPeerException">Another one than the coordinator answered.</exception>
    public async Task<ClusterDescription> DescribeClusterAsync(CancellationToken cancellation) =>
        ClusterDescription.Read(await DescribeAsync(new ClusterRequest(), cancellation), _tls.Anchors, _tls.Clock.GetUtcNow());

    /// <summary>The sessions that name this client and have not ended, whoever created them. Nothing of them is verified; <see cref="RunAsync"/> does.</summary>
    /// <exception cref="PeerLostException">The coordinator is gone.</exception>
    public async Task<IReadOnlyList<NamedSession>> NamedSessionsAsync(CancellationToken cancellation) =>
        (await DescribeAsync(new ClusterRequest { SessionsOnly = true }, cancellation)).Sessions;

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private async Task<ClusterReport> DescribeAsync(ClusterRequest request, CancellationToken cancellation)
    {
        try
        {
            return await _client.DescribeClusterAsync(request, cancellationToken: cancellation);
        }
        catch (RpcException error)
        {
            throw Translate(error, cancellation);
        }
    }

    private async Task SendAsync(IReadOnlyList<SealedEnvelope> envelopes, CancellationToken cancellation)
    {
        foreach (var kind in envelopes.GroupBy(e => e.Purpose == SealPurpose.Input))
        {
            var batch = new SealedBatch { Session = envelopes[0].Session };
            batch.Envelopes.AddRange(kind);
            if (kind.Key) await _client.SubmitPromptAsync(batch, cancellationToken: cancellation);
            else await _client.SignalAsync(batch, cancellationToken: cancellation);
        }
    }

    private Exception Translate(RpcException error, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var translated = _channel.Translate(error);
        return translated is RpcException { StatusCode: StatusCode.InvalidArgument or StatusCode.FailedPrecondition } refused
            ? new ArgumentException(refused.Status.Detail, error)
            : translated;
    }
}
