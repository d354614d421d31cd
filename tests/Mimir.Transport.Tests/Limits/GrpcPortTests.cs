using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Mimir.Transport.Limits;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Trust;

namespace Mimir.Transport.Tests.Limits;

/// <summary>What strangers and bad callers can do to a gRPC port, over real sockets: the others stay served.</summary>
public sealed class GrpcPortTests
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    [Theory]
    [InlineData("127.0.0.2", 60)]
    [InlineData("127.0.0.1", 10_000)]
    public async Task Half_open_connections_hold_nobody_up(string from, int failures)
    {
        await using var cluster = new Cluster();
        await using var server = await StartAsync(cluster, new() { Connections = 12, Handshakes = 8, FailedHandshakesPerMinute = failures }, Never);
        var flood = await RawClient.FloodAsync(server.Port, 100, from);
        await AssertServedAsync(cluster, server);
        foreach (var client in flood) client.Dispose();
    }

    [Fact]
    public async Task An_address_that_fails_handshakes_is_closed_unanswered_and_others_are_served()
    {
        await using var cluster = new Cluster();
        var log = new RefusalLog();
        await using var server = await StartAsync(cluster, new() { FailedHandshakesPerMinute = 3 }, Never, log);
        for (var i = 0; i < 3; i++)
        {
            using var bad = await RawClient.ConnectAsync(server.Port, "127.0.0.2");
            await bad.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
            var answer = await bad.ReadToEndAsync();
            Assert.True(answer is [] or [0x15, ..], "only a TLS alert goes to strangers");
        }

        using var refused = await RawClient.ConnectAsync(server.Port, "127.0.0.2");
        Assert.Empty(await refused.ReadToEndAsync());
        Assert.Contains("127.0.0.2 failed 3 handshakes within a minute", await log.NextAsync());
        await AssertServedAsync(cluster, server);
    }

    [Fact]
    public async Task A_slow_handshake_is_broken_off()
    {
        await using var cluster = new Cluster();
        await using var server = await StartAsync(cluster, new(), TimeSpan.FromMilliseconds(500));
        using var slow = await RawClient.ConnectAsync(server.Port);
        await slow.SendAsync([0x16, 0x03, 0x01]);
        Assert.Empty(await slow.ReadToEndAsync());
        await AssertServedAsync(cluster, server);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, false)]
    public async Task Strangers_learn_nothing_and_the_next_caller_is_served(SslProtocols version, bool withCertificate)
    {
        await using var cluster = new Cluster();
        await using var server = await StartAsync(cluster, new(), Never);
        using var stranger = await RawClient.ConnectAsync(server.Port);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var tls = await stranger.SecureAsync("h2", withCertificate ? cluster.Settings(Role.Party, "p1").Identity.Certificate : null, version);
            await tls.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
            await tls.ReadExactlyAsync(new byte[1]);
        });
        await AssertServedAsync(cluster, server);
    }

    [Fact]
    public async Task A_connection_without_calls_is_closed_after_a_while()
    {
        await using var cluster = new Cluster();
        await using var server = await StartAsync(cluster, new() { Idle = TimeSpan.FromSeconds(1) }, Never);
        using var idle = await RawClient.ConnectAsync(server.Port);
        await using var tls = await idle.SecureAsync("h2", cluster.Settings(Role.DataOwner, "idle").Identity.Certificate);
        await tls.CopyToAsync(Stream.Null).WaitAsync(Cluster.Deadline);
    }

    [Fact]
    public async Task A_message_that_dribbles_in_is_broken_off_and_a_silent_stream_of_messages_is_not()
    {
        await using var cluster = new Cluster();
        await using var server = await StartAsync(cluster, new() { Slow = TimeSpan.FromSeconds(2) }, Never);
        using var channel = PeerChannel.Create(cluster.Settings(Role.Party, "p0"), "127.0.0.1", server.Port, Role.Coordinator);
        using var silent = new Coordinator.CoordinatorClient(channel.Invoker).RegisterParty();
        await silent.RequestStream.WriteAsync(new WorkerMessage { Hello = new WorkerHello { Port = 1 } });
        Assert.True(await silent.ResponseStream.MoveNext(default));

        using var client = new HttpClient(Unchecked(cluster));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://127.0.0.1:{server.Port}/mimir.v1.Coordinator/FetchMetrics")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new Dribble(),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var limit = new CancellationTokenSource(Cluster.Deadline);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.SendAsync(request, limit.Token));

        await silent.RequestStream.WriteAsync(new WorkerMessage { Hello = new WorkerHello { Port = 2 } });
        Assert.True(await silent.ResponseStream.MoveNext(default));
        await AssertServedAsync(cluster, server);
    }

    [Fact]
    public async Task Calls_beyond_their_rate_are_refused_on_that_connection_only()
    {
        await using var cluster = new Cluster();
        await using var server = await StartAsync(cluster, new() { CallsPerSecond = 1 }, Never);
        using var busy = PeerChannel.Create(cluster.Settings(Role.DataOwner, "busy"), "127.0.0.1", server.Port, Role.Coordinator);
        var client = new Coordinator.CoordinatorClient(busy.Invoker);
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            for (var i = 0; i < 1000; i++) await client.FetchMetricsAsync(new MetricsRequest());
        });
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Contains("Too many calls", error.Status.Detail);
        await AssertServedAsync(cluster, server);
    }

    [Theory]
    [InlineData(RpcLimits.MaxMessageBytes + 1, 0)]
    [InlineData(0, 100_000)]
    public async Task Oversized_messages_and_headers_are_refused_and_others_served(int message, int header)
    {
        await using var cluster = new Cluster();
        await using var server = await StartAsync(cluster, new(), Never);
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress($"https://127.0.0.1:{server.Port}", new() { HttpHandler = Unchecked(cluster), DisposeHttpClient = true, MaxSendMessageSize = null });
        var request = new MetricsRequest { Session = Google.Protobuf.ByteString.CopyFrom(new byte[message]) };
        var headers = new Metadata { { "x", new string('x', header) } };
        await Assert.ThrowsAsync<RpcException>(async () => await new Coordinator.CoordinatorClient(channel).FetchMetricsAsync(request, headers));
        await AssertServedAsync(cluster, server);
    }

    [Fact]
    public async Task No_reflection_is_offered()
    {
        await using var cluster = new Cluster();
        await using var server = await StartAsync(cluster, new(), Never);
        using var channel = PeerChannel.Create(cluster.Settings(Role.DataOwner, "curious"), "127.0.0.1", server.Port, Role.Coordinator);
        var bytes = Marshallers.Create<byte[]>(value => value, value => value);
        foreach (var version in new[] { "v1", "v1alpha" })
        {
            var method = new Method<byte[], byte[]>(MethodType.DuplexStreaming, $"grpc.reflection.{version}.ServerReflection", "ServerReflectionInfo", bytes, bytes);
            using var call = channel.Invoker.AsyncDuplexStreamingCall(method, null, default);
            var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default));
            Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
        }
    }

    /// <summary>RFC 9113, section 6.5: type 4, six octets a setting; 3 is MAX_CONCURRENT_STREAMS, 6 MAX_HEADER_LIST_SIZE.</summary>
    [Fact]
    public async Task The_port_announces_its_bounds()
    {
        await using var cluster = new Cluster();
        await using var server = await StartAsync(cluster, new(), Never);
        using var client = await RawClient.ConnectAsync(server.Port);
        await using var tls = await client.SecureAsync("h2", cluster.Settings(Role.DataOwner, "alice").Identity.Certificate);
        await tls.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray());
        var head = new byte[9];
        await tls.ReadExactlyAsync(head);
        Assert.Equal(4, head[3]);
        var payload = new byte[head[2]];
        await tls.ReadExactlyAsync(payload);
        var settings = payload.Chunk(6).ToDictionary(each => BinaryPrimitives.ReadUInt16BigEndian(each), each => BinaryPrimitives.ReadUInt32BigEndian(each.AsSpan(2)));
        Assert.Equal((64u, 32768u), (settings[3], settings[6]));
    }

    /// <summary>A client whose own limits do not stop it.</summary>
    private static SocketsHttpHandler Unchecked(Cluster cluster)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.ClientCertificates = [cluster.Settings(Role.DataOwner, "big").Identity.Certificate];
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        return handler;
    }

    private static Task<GrpcServer> StartAsync(Cluster cluster, ConnectionLimits limits, TimeSpan handshake, RefusalLog? log = null) => GrpcServer.StartAsync(
        cluster.Settings(Role.Coordinator, "c") with { Limits = limits, HandshakeTimeout = handshake }, new IPEndPoint(IPAddress.Loopback, 0), _ => { },
        routes => routes.MapGrpcService<Service>(), log is null ? null : log.Add);

    private static async Task AssertServedAsync(Cluster cluster, GrpcServer server)
    {
        using var channel = PeerChannel.Create(cluster.Settings(Role.DataOwner, "honest"), "127.0.0.1", server.Port, Role.Coordinator);
        await new Coordinator.CoordinatorClient(channel.Invoker).FetchMetricsAsync(new MetricsRequest());
    }

    /// <summary>The first bytes of a message, and then nothing.</summary>
    private sealed class Dribble : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(new byte[] { 0, 0, 0, 1, 0, 7 });
            await stream.FlushAsync();
            await Task.Delay(Cluster.Deadline * 2);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class Service : Coordinator.CoordinatorBase
    {
        [AllowRoles(Role.DataOwner)]
        public override Task<MetricsReport> FetchMetrics(MetricsRequest request, ServerCallContext context) => Task.FromResult(new MetricsReport());

        [AllowRoles(Role.Party)]
        public override async Task RegisterParty(IAsyncStreamReader<WorkerMessage> requestStream, IServerStreamWriter<WorkerCommand> responseStream, ServerCallContext context)
        {
            while (await requestStream.MoveNext(context.CancellationToken))
                await responseStream.WriteAsync(new WorkerCommand { Registered = new Registered { RegisteredParties = requestStream.Current.Hello.Port } });
        }
    }
}
