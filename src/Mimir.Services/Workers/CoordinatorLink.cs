using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Grpc.Core;
using Mimir.Services.Hosting;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Trust;

namespace Mimir.Services.Workers;

/// <summary>A worker's registration at the coordinator: messages there, commands back, for as long as both live.</summary>
internal sealed class CoordinatorLink : IAsyncDisposable
{
    private static readonly TimeSpan RetryFor = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly PeerChannel _channel;
    private readonly AsyncDuplexStreamingCall<WorkerMessage, WorkerCommand> _call;
    private readonly Channel<WorkerMessage> _outbox = Channel.CreateUnbounded<WorkerMessage>(new() { SingleReader = true });
    private readonly Task _sending;

    private CoordinatorLink(PeerChannel channel, AsyncDuplexStreamingCall<WorkerMessage, WorkerCommand> call)
    {
        (_channel, _call) = (channel, call);
        _sending = SendAllAsync();
    }

    /// <summary>Connects and registers, trying again for half a minute while nobody answers.</summary>
    /// <exception cref="PeerLostException">Nobody answers.</exception>
    /// <exception cref="UntrustedPeerException">Somebody else does.</exception>
    public static async Task<CoordinatorLink> ConnectAsync(TlsSettings tls, HostAddress coordinator, WorkerHello hello, CancellationToken cancellation)
    {
        var started = tls.Clock.GetTimestamp();
        while (true)
        {
            var channel = PeerChannel.Create(tls, coordinator.Host, coordinator.Port, Role.Coordinator);
            try
            {
                return await RegisterAsync(tls, channel, hello, cancellation);
            }
            catch (RpcException error)
            {
                var translated = channel.Translate(error);
                channel.Dispose();
                cancellation.ThrowIfCancellationRequested();
                if (translated is RpcException { StatusCode: StatusCode.InvalidArgument } refused) throw new InvalidDataException(refused.Status.Detail, error);
                if (translated is not PeerLostException || tls.Clock.GetElapsedTime(started) > RetryFor) throw translated;
            }
            await Task.Delay(Pause, tls.Clock, cancellation);
        }
    }

    /// <summary>Queues a message; never waits. A lost coordinator shows in <see cref="ReadAllAsync"/>.</summary>
    public void Send(WorkerMessage message) => _outbox.Writer.TryWrite(message);

    /// <summary>Tells the coordinator, and through it everybody, of this worker's new certificate.</summary>
    public void Announce(PeerIdentity own) => Send(new WorkerMessage { Certificate = Google.Protobuf.ByteString.CopyFrom(own.CertificateDer.Span) });

    /// <summary>The coordinator's commands, until it is lost.</summary>
    /// <exception cref="PeerLostException">The coordinator is gone.</exception>
    public async IAsyncEnumerable<WorkerCommand> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                if (!await _call.ResponseStream.MoveNext(cancellation)) break;
            }
            catch (RpcException error)
            {
                cancellation.ThrowIfCancellationRequested();
                throw _channel.Translate(error);
            }
            yield return _call.ResponseStream.Current;
        }
        throw new PeerLostException($"{_channel.Target} was lost: it closed the connection.");
    }

    /// <summary>Sends what is queued and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _outbox.Writer.TryComplete();
        await _sending;
        _call.Dispose();
        _channel.Dispose();
    }

    private static async Task<CoordinatorLink> RegisterAsync(TlsSettings tls, PeerChannel channel, WorkerHello hello, CancellationToken cancellation)
    {
        var client = new Coordinator.CoordinatorClient(channel.Invoker);
        var call = tls.Identity.Role == Role.Party
            ? client.RegisterParty(cancellationToken: CancellationToken.None)
            : client.RegisterTripleService(cancellationToken: CancellationToken.None);
        try
        {
            await call.RequestStream.WriteAsync(new WorkerMessage { Hello = hello }, cancellation);
            if (!await call.ResponseStream.MoveNext(cancellation) || call.ResponseStream.Current.Registered is null)
                throw new PeerLostException($"{channel.Target} did not accept the registration");
            return new CoordinatorLink(channel, call);
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    private async Task SendAllAsync()
    {
        try
        {
            await foreach (var message in _outbox.Reader.ReadAllAsync()) await _call.RequestStream.WriteAsync(message);
            await _call.RequestStream.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException or OperationCanceledException or IOException)
        {
            // The reader of commands ends with the same loss and reports it.
        }
    }
}
