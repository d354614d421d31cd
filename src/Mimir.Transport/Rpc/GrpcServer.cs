using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Mimir.Transport.Connections;
using Mimir.Transport.Limits;
using Mimir.Trust;

namespace Mimir.Transport.Rpc;

/// <summary>
/// gRPC over Kestrel with mutual TLS 1.3: each connection presents a certificate of the session's authority, each call knows its
/// caller (<see cref="CallPeer"/>), and each method names who may call it (<see cref="AllowRolesAttribute"/>).
/// </summary>
public sealed class GrpcServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private GrpcServer(WebApplication application)
    {
        _application = application;
        var address = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        Port = BindingAddress.Parse(address).Port;
    }

    /// <summary>The port listened on.</summary>
    public int Port { get; }

    /// <summary>Starts serving.</summary>
    /// <param name="settings">Who this process is and whom it trusts.</param>
    /// <param name="endpoint">Address and port; port 0 lets the system choose.</param>
    /// <param name="services">Registers what the services need; a service class is made per call unless registered as singleton.</param>
    /// <param name="routes">Maps services, for example <c>routes.MapGrpcService&lt;CoordinatorService&gt;()</c>.</param>
    /// <param name="refused">Told one line for every connection whose certificate was refused.</param>
    /// <param name="logging">Adds log providers; none when not given.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="PortInUseException">The port is taken or not permitted.</exception>
    public static async Task<GrpcServer> StartAsync(
        TlsSettings settings, IPEndPoint endpoint, Action<IServiceCollection> services, Action<IEndpointRouteBuilder> routes,
        Action<string>? refused = null, Action<ILoggingBuilder>? logging = null, CancellationToken cancellation = default)
    {
        var plain = settings.IsPlain;
        var budget = new CallBudget(settings.Limits, settings.Clock, refused);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        logging?.Invoke(builder.Logging);
        builder.Services.AddRouting();
        builder.Services.AddSingleton(settings);
        builder.Services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = RpcLimits.MaxMessageBytes;
            options.MaxSendMessageSize = RpcLimits.MaxMessageBytes;
            options.EnableDetailedErrors = false;
            options.Interceptors.Add<RoleInterceptor>(settings, budget);
        });
        services(builder.Services);
        builder.WebHost.UseKestrel(kestrel =>
        {
            Bound(kestrel.Limits, settings.Limits);
            kestrel.AddServerHeader = false;
            kestrel.Listen(endpoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                GatedConnections.Use(listen, settings, refused);
                if (!plain) listen.UseHttps(HttpsOptions(settings, refused));
            });
        });

        var application = builder.Build();
        application.UseRouting();
        application.Use(GatedConnections.BoundCallAsync);
        routes(application);
        try
        {
            await application.StartAsync(cancellation);
        }
        catch (IOException error)
        {
            await application.DisposeAsync();
            throw new PortInUseException($"Cannot listen on {endpoint}: {error.Message} Choose another port or stop the process that has it.");
        }

        return new GrpcServer(application);
    }

    /// <summary>Completes when the server was stopped.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellation) => _application.WaitForShutdownAsync(cancellation);

    /// <summary>Stops: open calls are cancelled after at most two seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await _application.StopAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // Calls that did not end in time are cut off by the disposal below.
        }

        await _application.DisposeAsync();
    }

    private static void Bound(KestrelServerLimits limits, ConnectionLimits granted)
    {
        limits.MaxRequestBodySize = null;
        limits.MaxRequestHeaderCount = RpcLimits.MaxHeaders;
        limits.MaxRequestHeadersTotalSize = RpcLimits.MaxHeaders * RpcLimits.MaxHeaderBytes / 4;
        limits.MaxRequestLineSize = RpcLimits.MaxHeaderBytes;
        limits.KeepAliveTimeout = granted.Idle;
        limits.RequestHeadersTimeout = granted.Slow;
        limits.MinRequestBodyDataRate = limits.MinResponseDataRate = new MinDataRate(RpcLimits.MinBytesPerSecond, granted.Slow);
        limits.Http2.MaxStreamsPerConnection = RpcLimits.MaxStreamsPerConnection;
        limits.Http2.MaxRequestHeaderFieldSize = RpcLimits.MaxHeaderBytes;
        limits.Http2.KeepAlivePingDelay = RpcLimits.PingDelay;
        limits.Http2.KeepAlivePingTimeout = RpcLimits.PingTimeout;
    }

    private static TlsHandshakeCallbackOptions HttpsOptions(TlsSettings settings, Action<string>? refused) => new()
    {
        HandshakeTimeout = settings.HandshakeTimeout,
        OnConnection = handshake => ValueTask.FromResult(TlsEndpoint.ServerOptions(
            settings, (_, certificate, _, _) => Verify(handshake.Connection, certificate, settings, refused), SslApplicationProtocol.Http2)),
    };

    private static bool Verify(ConnectionContext connection, X509Certificate? certificate, TlsSettings settings, Action<string>? refused)
    {
        try
        {
            if (certificate is not X509Certificate2 presented) throw new UntrustedPeerException("The peer presented no certificate.");
            var peer = PeerIdentity.Verify(presented, settings.Anchors, settings.Clock.GetUtcNow());
            connection.Items[RoleInterceptor.ConnectionKey] = peer;
            var watch = settings.Anchors.Revocations.Watch(peer, reason => connection.Abort(new ConnectionAbortedException(reason)));
            connection.ConnectionClosed.Register(watch.Dispose);
            GatedConnections.Complete(connection);
            return true;
        }
        catch (UntrustedPeerException error)
        {
            refused?.Invoke($"Refused a connection from {connection.RemoteEndPoint}: {error.Message}");
            return false;
        }
    }
}
