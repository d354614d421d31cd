using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Mimir.Services.Hosting;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Trust;

namespace Mimir.Services.Joining;

/// <summary>What the coordinator relays about the overlay. Nothing of it is verified.</summary>
/// <param name="Descriptors">Of the members that are connected, this one's too.</param>
/// <param name="Revocations">The signed list in force; empty when there is none.</param>
public sealed record OverlayNews(IReadOnlyList<ReadOnlyMemory<byte>> Descriptors, ReadOnlyMemory<byte> Revocations);

/// <summary>One connection of a member of the overlay to the coordinator: its descriptor there, the others' back (overlay.proto).</summary>
public sealed class OverlayLink : IDisposable
{
    private readonly PeerChannel _channel;
    private readonly AsyncDuplexStreamingCall<OverlayAnnouncement, OverlayBook> _call;

    /// <summary>Connects with the first announcement.</summary>
    /// <param name="identity">Who this member is; the caller keeps it.</param>
    /// <param name="anchors">Whom it trusts; the caller keeps them.</param>
    /// <param name="coordinator">Where the coordinator exchanges descriptors.</param>
    public OverlayLink(Identity identity, TrustAnchors anchors, HostAddress coordinator)
    {
        _channel = PeerChannel.Create(new TlsSettings { Identity = identity, Anchors = anchors }, coordinator.Host, coordinator.Port, Role.Coordinator);
        _call = new OverlayExchange.OverlayExchangeClient(_channel.Invoker).Exchange(cancellationToken: CancellationToken.None);
    }

    /// <summary>Gives the coordinator this member's newest descriptor.</summary>
    /// <exception cref="PeerLostException">The coordinator is gone.</exception>
    /// <exception cref="UntrustedPeerException">Somebody else answers there.</exception>
    /// <exception cref="InvalidDataException">The coordinator refuses.</exception>
    public async Task AnnounceAsync(ReadOnlyMemory<byte> descriptor, CancellationToken cancellation)
    {
        try
        {
            await _call.RequestStream.WriteAsync(new OverlayAnnouncement { Own = ByteString.CopyFrom(descriptor.Span) }, cancellation);
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException or IOException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw error is RpcException failed ? Meaning(failed) : new PeerLostException($"{_channel.Target} was lost: {error.Message}", error);
        }
    }

    /// <summary>The coordinator's news, the first at once, until it is lost.</summary>
    /// <exception cref="PeerLostException">The coordinator is gone.</exception>
    /// <exception cref="UntrustedPeerException">Somebody else answers there.</exception>
    /// <exception cref="InvalidDataException">The coordinator refuses.</exception>
    public async IAsyncEnumerable<OverlayNews> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
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
                throw Meaning(error);
            }
            var book = _call.ResponseStream.Current;
            yield return new([.. book.Descriptors.Select(d => d.Memory)], book.Revocations?.List.Memory ?? default);
        }
        throw new PeerLostException($"{_channel.Target} was lost: it ended the exchange.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _call.Dispose();
        _channel.Dispose();
    }

    private Exception Meaning(RpcException error) => _channel.Translate(error) switch
    {
        RpcException { StatusCode: StatusCode.Unimplemented } => new InvalidDataException($"{_channel.Target} exchanges no descriptors; install the same release everywhere", error),
        RpcException { StatusCode: StatusCode.InvalidArgument or StatusCode.ResourceExhausted or StatusCode.PermissionDenied } refused => new InvalidDataException($"{_channel.Target} refuses: {refused.Status.Detail}", error),
        RpcException other => new PeerLostException($"{_channel.Target} was lost: {other.Status.Detail}.", error),
        var other => other,
    };
}
