using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Trust;

namespace Mimir.Transport.Rpc;

/// <summary>A client's gRPC channel to one service: mutual TLS 1.3, and the server must be of the expected role (and name).</summary>
public sealed class PeerChannel : IDisposable
{
    private readonly GrpcChannel _channel;
    private volatile PeerIdentity? _server;
    private volatile UntrustedPeerException? _refusal;
    private volatile byte[] _binding = [];
    private readonly TimeSpan _patience;
    private IDisposable? _revocation;

    private PeerChannel(TlsSettings settings, string host, int port, Role role, string? name)
    {
        Target = $"{role.ToName()}{(name is null ? "" : $" '{name}'")} at {host}:{port}";
        _patience = settings.HandshakeTimeout;
        var plain = settings.IsPlain;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = settings.HandshakeTimeout,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = RpcLimits.PingDelay,
            KeepAlivePingTimeout = RpcLimits.PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        if (!plain) handler.ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, settings, role, name, cancellation);
        _channel = GrpcChannel.ForAddress(new UriBuilder(plain ? "http" : "https", host, port).Uri, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = RpcLimits.MaxMessageBytes,
            MaxSendMessageSize = RpcLimits.MaxMessageBytes,
            MaxRetryAttempts = 1,
        });
        Invoker = plain ? _channel.Intercept(metadata => Claim(metadata, settings.Identity)) : _channel.CreateCallInvoker();
    }

    /// <summary>What generated clients are made from: <c>new Coordinator.CoordinatorClient(channel.Invoker)</c>.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>For messages: role, name and host:port.</summary>
    public string Target { get; }

    /// <summary>The server's verified identity, once a call has connected; null before, and on plain connections of an insecure lab.</summary>
    public PeerIdentity? Server => _server;

    /// <summary>
    /// What names the TLS connection of the last call, the same on both sides and never the same again; empty before the first call, and on plain connections.
    /// </summary>
    public ReadOnlyMemory<byte> Channel => _binding;

    /// <summary>Makes a channel; it connects with its first call.</summary>
    public static PeerChannel Create(TlsSettings settings, string host, int port, Role expectedRole, string? expectedName = null) =>
        new(settings, host, port, expectedRole, expectedName);

    /// <summary>
    /// What a failed call means: <see cref="UntrustedPeerException"/> when somebody else answered, <see cref="PeerLostException"/> when
    /// the service is gone or does not answer, and the error itself when the service answered with one.
    /// </summary>
    public Exception Translate(RpcException error)
    {
        if (_refusal is { } refusal) return new UntrustedPeerException($"{Target}: {refusal.Message}");
        // A caller that gives up itself says so; otherwise this is a connection that took too long.
        if (_server is null && error.Status.DebugException is OperationCanceledException)
            return new PeerLostException(string.Create(CultureInfo.InvariantCulture, $"{Target} was lost: it did not answer within {_patience.TotalSeconds:0.#} s."), error);
        var broken = error.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded
            || error.StatusCode is StatusCode.Internal or StatusCode.Cancelled && error.InnerException is HttpRequestException or IOException
            || error.Status.DebugException is HttpRequestException or IOException;
        return broken ? new PeerLostException($"{Target} was lost: {Innermost(error)}.", error) : error;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Interlocked.Exchange(ref _revocation, null)?.Dispose();
        _channel.Dispose();
    }

    /// <summary>TCP and TLS. It is made here, not by the HTTP client, because only the connection itself tells its channel binding.</summary>
    private async ValueTask<Stream> ConnectAsync(DnsEndPoint target, TlsSettings settings, Role role, string? name, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? secured = null;
        try
        {
            await socket.ConnectAsync(target, cancellation);
            secured = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await secured.AuthenticateAsClientAsync(
                TlsEndpoint.ClientOptions(settings, (_, certificate, _, _) => Verify(certificate, settings, role, name), SslApplicationProtocol.Http2), cancellation);
            _binding = ChannelBindings.Of(secured);
            return secured;
        }
        catch
        {
            if (secured is not null) await secured.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

    private static string Innermost(RpcException error)
    {
        Exception? inner = error.Status.DebugException;
        while (inner?.InnerException is not null) inner = inner.InnerException;
        return (inner?.Message ?? error.Status.Detail).TrimEnd('.');
    }

    private static Metadata Claim(Metadata metadata, Identity identity)
    {
        metadata.Add(RoleInterceptor.PlainPeerHeader, $"{identity.Role.ToName()}/{identity.Name}");
        return metadata;
    }

    /// <summary>The authority has revoked the server: its calls end, and no more are made.</summary>
    private void Revoke(string reason)
    {
        _refusal = new UntrustedPeerException(reason);
        _channel.Dispose();
    }

    private bool Verify(X509Certificate? certificate, TlsSettings settings, Role role, string? name)
    {
        try
        {
            if (certificate is not X509Certificate2 presented) throw new UntrustedPeerException("The server presented no certificate.");
            var server = settings.Anchors.RequireAttested(PeerIdentity.Verify(presented, settings.Anchors, settings.Clock.GetUtcNow()).Require(role, name));
            (_server, _refusal) = (server, null);
            Interlocked.Exchange(ref _revocation, settings.Anchors.Revocations.Watch(server, Revoke))?.Dispose();
            return true;
        }
        catch (UntrustedPeerException error)
        {
            _refusal = error;
            return false;
        }
    }
}
