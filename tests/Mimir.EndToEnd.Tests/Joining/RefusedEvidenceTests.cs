using System.Net;
using System.Security.Cryptography;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Mimir.EndToEnd.Tests.Processes;
using Mimir.Services.Attesting;
using Mimir.Services.Attesting.Tpm;
using Mimir.Services.Coordination;
using Mimir.Services.Hosting;
using Mimir.Services.Joining;
using Mimir.Transport.Connections;
using Mimir.Transport.Limits;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Trust;
using Mimir.Trust.Attestation;
using Mimir.Trust.Registration;
using Mimir.Trust.Sealing;

namespace Mimir.EndToEnd.Tests.Joining;

/// <summary>Real quotes that must not be admitted, each with its own reason, over real connections to a real coordinator.</summary>
public sealed class RefusedEvidenceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_replayed_quote_a_quote_for_another_key_and_a_relayed_one_are_refused()
    {
        await using var cluster = await AttestedCluster.PrepareAsync("p0", "p1");
        await cluster.IssueAsync("coordinator", "thief");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var listening = new TaskCompletionSource<HostAddress>();
        var serving = CoordinatorHost.RunAsync(
            new CoordinatorSettings
            {
                Identity = cluster.At("c"),
                Authority = Path.Combine(cluster.Authority, "ca.pem"),
                Attestation = new AttestationSettings { Policy = cluster.Policy, Authority = cluster.Authority },
                Limits = new ConnectionLimits { RegistrationsPerMinute = 100 },
            },
            new RoleEnvironment { Listening = listening.SetResult }, stop.Token);
        var coordinator = await listening.Task.WaitAsync(Cancellation);
        var node = Settings(cluster, "p0", Role.Party);
        var tpm = new RememberingProducer(new TpmProducer(cluster.Tpm("p0").Address, TpmProducer.DefaultRegisters, null));

        var (certificate, _) = await Applicant(node, tpm, coordinator).ApplyAsync(Cancellation);
        var admitted = PeerIdentity.Verify(certificate, node.Anchors, DateTimeOffset.UtcNow);
        Assert.Equal(EvidenceKind.Tpm, admitted.Attestation!.Kind);

        // The same quote again, for a fresh challenge; and the whole request again, as it was.
        await RefusedAsync(RegistrationRefusedException.Evidence, BindingCheck.Registration, Applicant(node, new ReplayingProducer(tpm.Last!), coordinator));
        await ReplayedRequestAsync(node, tpm, coordinator);

        // A quote that the TPM made for the key of another process.
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await RefusedAsync(RegistrationRefusedException.Evidence, BindingCheck.Registration, Applicant(node, new ForOtherKey(tpm, other), coordinator));

        // A TPM that the policy does not name, though the quote is perfect.
        await using var stranger = await Mimir.Services.Tests.Attesting.SoftwareTpm.StartAsync();
        await RefusedAsync(
            RegistrationRefusedException.Policy, "tpm.attestation_key", Applicant(node, new TpmProducer(stranger.Address, TpmProducer.DefaultRegisters, null), coordinator));

        // Somebody in between, with a stolen identity for either side.
        await using var relay = await GrpcServer.StartAsync(
            Settings(cluster, "thief", Role.Coordinator), new IPEndPoint(IPAddress.Loopback, 0),
            services => services.AddSingleton(new Relay(node, coordinator)), routes => routes.MapGrpcService<Relay>(), cancellation: Cancellation);
        await RefusedAsync(RegistrationRefusedException.Relayed, "another TLS connection", Applicant(node, tpm, new HostAddress("127.0.0.1", relay.Port)));

        await stop.CancelAsync();
        await serving.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private static async Task RefusedAsync(string code, string said, Applicant applicant)
    {
        var refused = await Assert.ThrowsAsync<RegistrationRefusedException>(() => applicant.ApplyAsync(Cancellation));
        Assert.Equal(code, refused.Code);
        Assert.Contains(said, refused.Message);
    }

    /// <summary>One request, sent twice over one connection: the nonce was used up.</summary>
    private static async Task ReplayedRequestAsync(TlsSettings node, IEvidenceProducer tpm, HostAddress coordinator)
    {
        using var channel = PeerChannel.Create(node, coordinator.Host, coordinator.Port, Role.Coordinator);
        var client = new Coordinator.CoordinatorClient(channel.Invoker);
        var nonce = (await client.RequestChallengeAsync(new ChallengeRequest(), cancellationToken: Cancellation)).Nonce;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var sealing = SealingKeyPair.Generate();
        var request = await new Applicant(node, tpm, coordinator, key, sealing).AnswerAsync(nonce.Memory, channel.Channel, Cancellation);
        await client.AttestAsync(request, cancellationToken: Cancellation);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.AttestAsync(request, cancellationToken: Cancellation));
        Assert.StartsWith(RegistrationRefusedException.Nonce, refused.Status.Detail);
    }

    private static Applicant Applicant(TlsSettings node, IEvidenceProducer producer, HostAddress coordinator) =>
        new(node, producer, coordinator, ECDsa.Create(ECCurve.NamedCurves.nistP256), SealingKeyPair.Generate());

    private static TlsSettings Settings(AttestedCluster cluster, string name, Role role) =>
        new RoleSettings { Identity = cluster.At(name), Authority = Path.Combine(cluster.Authority, "ca.pem") }.OpenTls(role);

    private sealed class RememberingProducer(IEvidenceProducer inner) : IEvidenceProducer
    {
        public Evidence? Last { get; private set; }

        public async Task<Evidence> ProduceAsync(EvidenceBinding binding, CancellationToken cancellation) => Last = await inner.ProduceAsync(binding, cancellation);
    }

    private sealed class ReplayingProducer(Evidence former) : IEvidenceProducer
    {
        public Task<Evidence> ProduceAsync(EvidenceBinding binding, CancellationToken cancellation) => Task.FromResult(former);
    }

    private sealed class ForOtherKey(IEvidenceProducer inner, ECDsa key) : IEvidenceProducer
    {
        public Task<Evidence> ProduceAsync(EvidenceBinding binding, CancellationToken cancellation) =>
            inner.ProduceAsync(EvidenceBinding.Of(binding.Nonce.Span, key.ExportSubjectPublicKeyInfo(), "mimir://party/p0"u8, []), cancellation);
    }

    /// <summary>Passes everything on, both ways, over a connection of its own.</summary>
    private sealed class Relay(TlsSettings stolen, HostAddress coordinator) : Coordinator.CoordinatorBase
    {
        private readonly Coordinator.CoordinatorClient _client = new(PeerChannel.Create(stolen, coordinator.Host, coordinator.Port, Role.Coordinator).Invoker);

        [AllowRoles(Role.Party)]
        public override async Task<Challenge> RequestChallenge(ChallengeRequest request, ServerCallContext context) => await _client.RequestChallengeAsync(request);

        [AllowRoles(Role.Party)]
        public override async Task<AttestReply> Attest(AttestRequest request, ServerCallContext context) => await _client.AttestAsync(request);
    }
}
