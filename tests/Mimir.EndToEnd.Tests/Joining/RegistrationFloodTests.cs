using Grpc.Core;
using Mimir.Services.Attesting.Tpm;
using Mimir.Services.Coordination;
using Mimir.Services.Hosting;
using Mimir.Services.Joining;
using Mimir.Transport.Connections;
using Mimir.Transport.Limits;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Trust;
using Mimir.Trust.Registration;
using Mimir.Trust.Sealing;
using System.Security.Cryptography;

namespace Mimir.EndToEnd.Tests.Joining;

/// <summary>A member that asks for challenges and certificates without end, over many connections, shuts out itself only.</summary>
public sealed class RegistrationFloodTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_flood_of_registrations_is_refused_and_others_are_admitted()
    {
        await using var cluster = await AttestedCluster.PrepareAsync("p0", "p1");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var listening = new TaskCompletionSource<HostAddress>();
        var log = new List<string>();
        var serving = CoordinatorHost.RunAsync(
            new CoordinatorSettings
            {
                Identity = cluster.At("c"),
                Authority = cluster.Roots,
                Attestation = new AttestationSettings { Policy = cluster.Policy, Authority = cluster.Authority },
                Limits = new ConnectionLimits { RegistrationsPerMinute = 4, RegistrationsPerAddress = 60 },
            },
            new RoleEnvironment { Listening = listening.SetResult, Log = line => { lock (log) log.Add(line); } }, stop.Token);
        var coordinator = await listening.Task.WaitAsync(Cancellation);

        var flooding = Settings(cluster, "p0");
        var refused = 0;
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async connection =>
        {
            using var channel = PeerChannel.Create(flooding, coordinator.Host, coordinator.Port, Role.Coordinator);
            var client = new Coordinator.CoordinatorClient(channel.Invoker);
            for (var i = 0; i < 20; i++)
            {
                var attempt = i % 2 == 0
                    ? (Func<Task>)(async () => await client.RequestChallengeAsync(new ChallengeRequest(), cancellationToken: Cancellation))
                    : async () => await client.AttestAsync(new AttestRequest(), cancellationToken: Cancellation);
                try
                {
                    await attempt();
                }
                catch (RpcException error) when (error.StatusCode == StatusCode.ResourceExhausted)
                {
                    Interlocked.Increment(ref refused);
                }
                catch (RpcException error) when (error.StatusCode == StatusCode.PermissionDenied)
                {
                    // An empty request is judged, and refused for what it is.
                }
            }
        }));
        // 200 calls; 4 at once and 4 a minute.
        Assert.InRange(refused, 150, 196);
        Assert.Single(log, line => line.Contains("limits.registrations_per_minute", StringComparison.Ordinal));
        var own = await Assert.ThrowsAsync<RegistrationRefusedException>(() => Applicant(cluster, "p0", coordinator).ApplyAsync(Cancellation));
        Assert.Equal(RegistrationRefusedException.Rate, own.Code);

        var (certificate, _) = await Applicant(cluster, "p1", coordinator).ApplyAsync(Cancellation);
        Assert.Equal("p1", PeerIdentity.Verify(certificate, flooding.Anchors, DateTimeOffset.UtcNow).Name);
        await stop.CancelAsync();
        await serving.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private static Applicant Applicant(AttestedCluster cluster, string name, HostAddress coordinator) => new(
        Settings(cluster, name), new TpmProducer(cluster.Tpm(name).Address, TpmProducer.DefaultRegisters, null), coordinator,
        ECDsa.Create(ECCurve.NamedCurves.nistP256), SealingKeyPair.Generate());

    private static TlsSettings Settings(AttestedCluster cluster, string name) =>
        new RoleSettings { Identity = cluster.At(name), Authority = cluster.Roots }.OpenTls(Role.Party);
}
