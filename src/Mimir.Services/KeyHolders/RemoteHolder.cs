using Google.Protobuf;
using Grpc.Core;
using Mimir.Services.Hosting;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Trust;
using Mimir.Trust.Audit;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.KeyRelease.Threshold;

namespace Mimir.Services.KeyHolders;

/// <summary>A key holder over the network. Who it is, its certificate says; what it answers is checked by who asks.</summary>
internal sealed class RemoteHolder(TlsSettings tls, string name, HostAddress address) : IShareSource, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly PeerChannel _channel = PeerChannel.Create(tls, address.Host, address.Port, Role.KeyHolder, name);

    /// <inheritdoc/>
    public string Holder => _channel.Target;

    /// <inheritdoc/>
    public async Task<ShareChallenge> ChallengeAsync(string keyName, CancellationToken cancellation)
    {
        var reply = await CallAsync((client, deadline) => client.ChallengeShareAsync(new ShareChallengeRequest { KeyName = keyName }, deadline: deadline, cancellationToken: cancellation), cancellation);
        var holder = _channel.Server ?? throw new KeyReleaseException(KeyRefusal.Untrusted, $"{Holder} did not prove who it is");
        return new ShareChallenge(holder, reply.Challenge.ToByteArray());
    }

    /// <inheritdoc/>
    public async Task<byte[]> ReleaseAsync(string keyName, ShareAnswer answer, CancellationToken cancellation)
    {
        var request = new ShareReleaseRequest
        {
            KeyName = keyName,
            Challenge = ByteString.CopyFrom(answer.Nonce.Span),
            RecipientKey = ByteString.CopyFrom(answer.RecipientKey.Span),
            Evidence = ByteString.CopyFrom(answer.Evidence.Span),
        };
        return (await CallAsync((client, deadline) => client.ReleaseShareAsync(request, deadline: deadline, cancellationToken: cancellation), cancellation)).SealedShare.ToByteArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private async Task<T> CallAsync<T>(Func<KeyHolder.KeyHolderClient, DateTime, AsyncUnaryCall<T>> call, CancellationToken cancellation)
    {
        try
        {
            using var calling = call(new KeyHolder.KeyHolderClient(_channel.Invoker), tls.Clock.GetUtcNow().UtcDateTime + Patience);
            return await calling;
        }
        catch (RpcException error)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new KeyReleaseException(RefusalOf(_channel.Translate(error)), $"{Holder} gave nothing");
        }
    }

    /// <summary>The other side's text is matched, not repeated.</summary>
    private static KeyRefusal RefusalOf(Exception error) => error switch
    {
        UntrustedPeerException => KeyRefusal.Untrusted,
        RpcException { StatusCode: StatusCode.PermissionDenied } refused =>
            Enum.GetValues<KeyRefusal>().Where(r => AuditText.Word(r) == refused.Status.Detail).Cast<KeyRefusal?>().FirstOrDefault() ?? KeyRefusal.Denied,
        PeerLostException or RpcException { StatusCode: StatusCode.Cancelled or StatusCode.Unavailable } => KeyRefusal.Unreachable,
        _ => KeyRefusal.Denied,
    };
}
