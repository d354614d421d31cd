using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Trust;
using Mimir.Trust.Revocations;

namespace Mimir.Transport.Tests.Rpc;

/// <summary>What names a connection, and how one ends when its peer is revoked.</summary>
public sealed class ChannelTests
{
    [Fact]
    public async Task Both_ends_name_a_connection_alike_and_no_two_connections_have_one_name()
    {
        await using var cluster = new Cluster();
        await using var server = await StartAsync(cluster);
        var settings = cluster.Settings(Role.Party, "p0");
        var seen = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            using var channel = PeerChannel.Create(settings, "127.0.0.1", server.Port, Role.Coordinator);
            Assert.True(channel.Channel.IsEmpty);
            var client = new Coordinator.CoordinatorClient(channel.Invoker);
            for (var call = 0; call < 2; call++)
                Assert.Equal((await client.RequestChallengeAsync(new ChallengeRequest())).Nonce.ToByteArray(), channel.Channel.ToArray());
            seen.Add(Convert.ToHexString(channel.Channel.Span));
        }
        Assert.All(seen, s => Assert.True(s.Length >= 64));
        Assert.Equal(3, seen.Distinct().Count());
    }

    /// <summary>Both on the side that serves and on the side that calls.</summary>
    [Theory]
    [InlineData("party", "p0")]
    [InlineData("coordinator", "c")]
    public async Task A_revoked_peers_calls_end_and_no_more_are_made(string role, string name)
    {
        await using var cluster = new Cluster();
        await using var server = await StartAsync(cluster);
        using var channel = PeerChannel.Create(cluster.Settings(Role.Party, "p0"), "127.0.0.1", server.Port, Role.Coordinator);
        var client = new Coordinator.CoordinatorClient(channel.Invoker);
        using var call = client.RegisterParty();
        await call.RequestStream.WriteAsync(new WorkerMessage());
        Assert.True(await call.ResponseStream.MoveNext());
        cluster.Anchors.Accept(RevocationList.None.Next(DateTimeOffset.UtcNow, [new RevocationEntry(RevocationKind.Name, $"{role}/{name}", "stolen")]).Sign(cluster.Authority));
        await Assert.ThrowsAnyAsync<Exception>(() => call.ResponseStream.MoveNext().WaitAsync(Cluster.Deadline));
        await Assert.ThrowsAnyAsync<Exception>(() => client.RequestChallengeAsync(new ChallengeRequest()).ResponseAsync.WaitAsync(Cluster.Deadline));
    }

    private static Task<GrpcServer> StartAsync(Cluster cluster) => GrpcServer.StartAsync(
        cluster.Settings(Role.Coordinator, "c"), new IPEndPoint(IPAddress.Loopback, 0), _ => { }, routes => routes.MapGrpcService<Service>());

    private sealed class Service : Coordinator.CoordinatorBase
    {
        [AllowRoles(Role.Party)]
        public override Task<Challenge> RequestChallenge(ChallengeRequest request, ServerCallContext context) =>
            Task.FromResult(new Challenge { Nonce = ByteString.CopyFrom(context.Channel()) });

        [AllowRoles(Role.Party)]
        public override async Task RegisterParty(IAsyncStreamReader<WorkerMessage> requestStream, IServerStreamWriter<WorkerCommand> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(new WorkerCommand { Registered = new Registered() });
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                // Stays until the peer is gone.
            }
        }
    }
}
