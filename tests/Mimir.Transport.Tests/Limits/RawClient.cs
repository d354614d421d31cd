using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Mimir.Transport.Connections;

namespace Mimir.Transport.Tests.Limits;

/// <summary>A client that does as it likes, from any loopback address.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private RawClient(string from) => _socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));

    public static async Task<RawClient> ConnectAsync(int port, string from = "127.0.0.1")
    {
        var client = new RawClient(from);
        try
        {
            await client._socket.ConnectAsync(IPAddress.Loopback, port);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Closed unanswered, before the system had told of its opening; whoever reads will see.
        }

        return client;
    }

    /// <summary>Connections that say nothing.</summary>
    public static async Task<RawClient[]> FloodAsync(int port, int count, string from)
    {
        var flood = new List<RawClient>();
        for (var i = 0; i < count; i++) flood.Add(await ConnectAsync(port, from));
        return [.. flood];
    }

    public async Task SendAsync(byte[] bytes) => await _socket.SendAsync(bytes);

    /// <summary>Everything that comes until the other side closes.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        using var limit = new CancellationTokenSource(Cluster.Deadline);
        var all = new List<byte>();
        var some = new byte[4096];
        try
        {
            for (int count; (count = await _socket.ReceiveAsync(some, limit.Token)) > 0;) all.AddRange(some.AsSpan(0, count));
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }

        return [.. all];
    }

    /// <summary>TLS as a client that checks nothing; throws when the server refuses, which in TLS 1.3 may come with the first read.</summary>
    public async Task<SslStream> SecureAsync(string protocol, X509Certificate2? certificate, SslProtocols version = SslProtocols.Tls13)
    {
        var tls = new SslStream(new NetworkStream(_socket, ownsSocket: false));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "mimir",
            EnabledSslProtocols = version,
            RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null,
            ApplicationProtocols = [new SslApplicationProtocol(protocol)],
            ClientCertificates = certificate is null ? [] : [certificate],
        });
        return tls;
    }

    public void Dispose() => _socket.Dispose();
}
