using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Mimir.Trust;

namespace Mimir.Gateway.Tests.Sockets;

/// <summary>
/// A coordinator's place taken by somebody who sees inside TLS: to the gateway it shows a coordinator's certificate of the group, to the coordinator the owner's. Keeps every
/// byte of both directions as it is between the two TLS connections.
/// </summary>
internal sealed class CapturingRelay : IAsyncDisposable
{
    private readonly Identity _coordinator, _owner;
    private readonly (string Host, int Port) _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly MemoryStream _captured = new();
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;

    public CapturingRelay(Identity coordinator, Identity owner, string host, int port)
    {
        (_coordinator, _owner, _target) = (coordinator, owner, (host, port));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>All that went through, both ways.</summary>
    public byte[] Captured
    {
        get
        {
            lock (_captured) return _captured.ToArray();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        Task[] connections;
        lock (_connections) connections = [.. _connections];
        await Task.WhenAll(connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                lock (_connections) _connections.Add(RelayAsync(socket));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task RelayAsync(Socket accepted)
    {
        try
        {
            await using var gateway = new SslStream(new NetworkStream(accepted, ownsSocket: true));
            await gateway.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = _coordinator.Certificate,
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
            }, _stop.Token);
            var dialled = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await dialled.ConnectAsync(_target.Host, _target.Port, _stop.Token);
            await using var coordinator = new SslStream(new NetworkStream(dialled, ownsSocket: true));
            await coordinator.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = _target.Host,
                ClientCertificates = [_owner.Certificate],
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
            }, _stop.Token);
            await Task.WhenAny(PumpAsync(gateway, coordinator), PumpAsync(coordinator, gateway));
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or SocketException or AuthenticationException)
        {
            // The gateway notices the same.
        }
    }

    private async Task PumpAsync(SslStream from, SslStream to)
    {
        var buffer = new byte[32 << 10];
        try
        {
            while (await from.ReadAsync(buffer, _stop.Token) is > 0 and var count)
            {
                lock (_captured) _captured.Write(buffer, 0, count);
                await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The other direction ends with it.
        }
    }
}
