using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Mimir.Spdz;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Trust;
using Mimir.Trust.Certificates;

namespace Mimir.Transport.Tests.Rpc;

public sealed class GrpcTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_knows_its_caller(bool plain)
    {
        await using var cluster = new Cluster(plain);
        await using var server = await StartAsync(cluster);
        using var channel = PeerChannel.Create(cluster.Settings(Role.DataOwner, "alice"), "127.0.0.1", server.Port, Role.Coordinator, "c");
        var client = new Coordinator.CoordinatorClient(channel.Invoker);
        var report = await client.FetchMetricsAsync(new MetricsRequest());
        Assert.Equal("alice", report.Roles.Single().Peer.Name);
        Assert.Equal(PeerRole.DataOwner, report.Roles.Single().Peer.Role);
        if (!plain) Assert.Equal("c", channel.Server!.Name);
    }

    [Theory]
    [InlineData(Role.Party, StatusCode.PermissionDenied)]
    [InlineData(Role.ModelOwner, StatusCode.PermissionDenied)]
    [InlineData(Role.DataOwner, StatusCode.Unimplemented)]
    public async Task A_method_serves_its_roles_only(Role role, StatusCode expected)
    {
        await using var cluster = new Cluster();
        await using var server = await StartAsync(cluster);
        using var channel = PeerChannel.Create(cluster.Settings(role, "someone"), "127.0.0.1", server.Port, Role.Coordinator);
        var client = new Coordinator.CoordinatorClient(channel.Invoker);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await client.CreateSessionAsync(new SessionRequest()));
        Assert.True(expected == error.StatusCode, error.ToString());
        if (expected == StatusCode.PermissionDenied) Assert.Contains("it is for data-owner", error.Status.Detail);
    }

    [Fact]
    public async Task A_method_without_roles_serves_nobody()
    {
        await using var cluster = new Cluster();
        await using var server = await StartAsync(cluster);
        using var channel = PeerChannel.Create(cluster.Settings(Role.DataOwner, "alice"), "127.0.0.1", server.Port, Role.Coordinator);
        var client = new Coordinator.CoordinatorClient(channel.Invoker);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await client.SubmitPromptAsync(new SealedBatch()));
        Assert.Equal(StatusCode.PermissionDenied, error.StatusCode);
    }

    [Fact]
    public async Task A_server_that_takes_the_connection_and_says_nothing_is_lost()
    {
        await using var cluster = new Cluster();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var settings = cluster.Settings(Role.DataOwner, "alice") with { HandshakeTimeout = TimeSpan.FromSeconds(0.5) };
        using var channel = PeerChannel.Create(settings, "127.0.0.1", ((IPEndPoint)silent.LocalEndpoint).Port, Role.Coordinator);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Coordinator.CoordinatorClient(channel.Invoker).FetchMetricsAsync(new MetricsRequest()));
        Assert.EndsWith("did not answer within 0.5 s.", Assert.IsType<PeerLostException>(channel.Translate(error)).Message);
    }

    [Fact]
    public async Task Streams_run_both_ways_and_their_end_is_seen()
    {
        await using var cluster = new Cluster();
        await using var server = await StartAsync(cluster);
        using var channel = PeerChannel.Create(cluster.Settings(Role.Party, "p0"), "127.0.0.1", server.Port, Role.Coordinator);
        using var call = new Coordinator.CoordinatorClient(channel.Invoker).RegisterParty();
        await call.RequestStream.WriteAsync(new WorkerMessage { Hello = new WorkerHello { Port = 77 } });
        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.Equal(77u, call.ResponseStream.Current.Registered.RegisteredParties);
        var next = call.ResponseStream.MoveNext(default);
        await server.DisposeAsync();
        var error = await Assert.ThrowsAsync<RpcException>(() => next);
        Assert.Contains("coordinator at 127.0.0.1", Assert.IsType<PeerLostException>(channel.Translate(error)).Message);
    }

    [Fact]
    public async Task Strangers_are_refused_on_both_sides()
    {
        await using var cluster = new Cluster();
        using var other = CertificateAuthority.Create();
        using var otherAnchors = other.Anchors();
        var log = new RefusalLog();
        await using var server = await StartAsync(cluster, log.Add);

        using var stranger = PeerChannel.Create(cluster.Settings(Role.DataOwner, "eve", other), "127.0.0.1", server.Port, Role.Coordinator);
        await Assert.ThrowsAsync<RpcException>(async () => await new Coordinator.CoordinatorClient(stranger.Invoker).FetchMetricsAsync(new MetricsRequest()));
        Assert.Contains("was not issued by this session's certificate authority", await log.NextAsync());

        foreach (var (settings, role, name) in new[]
        {
            (cluster.Settings(Role.DataOwner, "alice") with { Anchors = otherAnchors }, Role.Coordinator, (string?)null),
            (cluster.Settings(Role.DataOwner, "alice"), Role.TripleService, null),
            (cluster.Settings(Role.DataOwner, "alice"), Role.Coordinator, "d"),
        })
        {
            using var channel = PeerChannel.Create(settings, "127.0.0.1", server.Port, role, name);
            var error = await Assert.ThrowsAsync<RpcException>(async () => await new Coordinator.CoordinatorClient(channel.Invoker).FetchMetricsAsync(new MetricsRequest()));
            Assert.IsType<UntrustedPeerException>(channel.Translate(error));
        }
    }

    [Fact]
    public async Task Messages_beyond_the_bound_are_refused()
    {
        await using var cluster = new Cluster();
        await using var server = await StartAsync(cluster);
        using var channel = PeerChannel.Create(cluster.Settings(Role.DataOwner, "alice"), "127.0.0.1", server.Port, Role.Coordinator);
        var request = new MetricsRequest { Session = Google.Protobuf.ByteString.CopyFrom(new byte[RpcLimits.MaxMessageBytes + 1]) };
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Coordinator.CoordinatorClient(channel.Invoker).FetchMetricsAsync(request));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task Nobody_there_is_a_lost_peer_and_a_port_in_use_is_named()
    {
        await using var cluster = new Cluster();
        var server = await StartAsync(cluster);
        await Assert.ThrowsAsync<Mimir.Transport.Connections.PortInUseException>(() => StartAsync(cluster, port: server.Port));
        await server.DisposeAsync();
        using var channel = PeerChannel.Create(cluster.Settings(Role.DataOwner, "alice"), "127.0.0.1", server.Port, Role.Coordinator);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Coordinator.CoordinatorClient(channel.Invoker).FetchMetricsAsync(new MetricsRequest()));
        Assert.Contains($"coordinator at 127.0.0.1:{server.Port} was lost", Assert.IsType<PeerLostException>(channel.Translate(error)).Message);
    }

    private static Task<GrpcServer> StartAsync(Cluster cluster, Action<string>? refused = null, int port = 0) => GrpcServer.StartAsync(
        cluster.Settings(Role.Coordinator, "c"), new IPEndPoint(IPAddress.Loopback, port), _ => { }, routes => routes.MapGrpcService<Service>(), refused);

    private sealed class Service : Coordinator.CoordinatorBase
    {
        [AllowRoles(Role.DataOwner, Role.Party)]
        public override Task<MetricsReport> FetchMetrics(MetricsRequest request, ServerCallContext context)
        {
            var caller = context.Caller();
            return Task.FromResult(new MetricsReport { Roles = { new RoleMetrics { Peer = new PeerRef { Role = (PeerRole)caller.Role, Name = caller.Name } } } });
        }

        [AllowRoles(Role.DataOwner)]
        public override Task<SessionCreated> CreateSession(SessionRequest request, ServerCallContext context) => base.CreateSession(request, context);

        public override Task<Receipt> SubmitPrompt(SealedBatch request, ServerCallContext context) => Task.FromResult(new Receipt());

        [AllowRoles(Role.Party)]
        public override async Task RegisterParty(IAsyncStreamReader<WorkerMessage> requestStream, IServerStreamWriter<WorkerCommand> responseStream, ServerCallContext context)
        {
            while (await requestStream.MoveNext(context.CancellationToken))
                await responseStream.WriteAsync(new WorkerCommand { Registered = new Registered { RegisteredParties = requestStream.Current.Hello.Port } });
        }
    }
}
