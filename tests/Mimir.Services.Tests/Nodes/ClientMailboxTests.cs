using Google.Protobuf;
using Mimir.Services.Nodes;
using Mimir.Spdz;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.Certificates;

namespace Mimir.Services.Tests.Nodes;

/// <summary>A party's side of what clients send: the right things are sorted, everything else ends the session.</summary>
public sealed class ClientMailboxTests : IDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create();
    private readonly TrustAnchors _anchors;
    private readonly Dictionary<string, Identity> _identities = [];
    private readonly VerifiedSession _session;

    public ClientMailboxTests()
    {
        _anchors = _authority.Anchors();
        foreach (var (role, name) in new[]
        {
            (Role.DataOwner, "alice"), (Role.DataOwner, "bob"), (Role.DataOwner, "eve"), (Role.Party, "p0"), (Role.Party, "p1"), (Role.TripleService, "triples"),
        }) _identities[name] = _authority.Issue(role, name, TimeSpan.FromHours(1));
        _session = VerifiedSession.Read(Describe().ToByteArray(), _anchors, DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Ready_inputs_and_stop_arrive()
    {
        var mailbox = Mailbox();
        var (alice, bob) = (Routes("alice"), Routes("bob"));
        mailbox.Deliver(Seal(alice, SealPurpose.Ready, _session.Digest.Span));
        Assert.False(mailbox.ReadyAsync().IsCompleted);
        mailbox.Deliver(Seal(bob, SealPurpose.Ready, _session.Digest.Span));
        await mailbox.ReadyAsync();
        mailbox.Deliver(Seal(bob, SealPurpose.Input, SealedPayloads.WriteInputs(1, new MaskedInputs(3, [5.0, 6.0]))));
        var inputs = await mailbox.InputsAsync(1);
        Assert.Equal(3, inputs.Accepted);
        Assert.Equal((double[])[5, 6], inputs.Values);
        Assert.False(mailbox.InputsAsync(0).IsCompleted);
        Assert.False(mailbox.StopRequested);
        mailbox.Deliver(Seal(bob, SealPurpose.Stop, []));
        Assert.True(mailbox.StopRequested);
        Assert.False(mailbox.Fault.IsCompleted);
    }

    public static TheoryData<string> Wrongs => ["another description", "another's segment", "no segment", "twice", "stop of a non-receiver", "stranger", "a purpose of parties", "replayed"];

    [Theory]
    [MemberData(nameof(Wrongs))]
    public async Task Anything_else_ends_the_session(string what)
    {
        var mailbox = Mailbox();
        var (alice, bob) = (Routes("alice"), Routes("bob"));
        var input = Seal(bob, SealPurpose.Input, SealedPayloads.WriteInputs(1, new MaskedInputs(0, [1.0])));
        switch (what)
        {
            case "another description": mailbox.Deliver(Seal(alice, SealPurpose.Ready, new byte[32])); break;
            case "another's segment": mailbox.Deliver(Seal(alice, SealPurpose.Input, SealedPayloads.WriteInputs(1, new MaskedInputs(0, [1.0])))); break;
            case "no segment": mailbox.Deliver(Seal(alice, SealPurpose.Input, SealedPayloads.WriteInputs(-1, new MaskedInputs(0, [1.0])))); break;
            case "twice":
                mailbox.Deliver(input);
                mailbox.Deliver(Seal(bob, SealPurpose.Input, SealedPayloads.WriteInputs(1, new MaskedInputs(0, [2.0]))));
                break;
            case "stop of a non-receiver": mailbox.Deliver(Seal(alice, SealPurpose.Stop, [])); break;
            case "stranger": mailbox.Deliver(Seal(Routes("eve"), SealPurpose.Ready, _session.Digest.Span)); break;
            case "a purpose of parties": mailbox.Deliver(Seal(alice, SealPurpose.Output, new byte[8])); break;
            case "replayed":
                mailbox.Deliver(input);
                mailbox.Deliver(input);
                break;
        }
        await Assert.ThrowsAnyAsync<ProtocolViolation>(() => mailbox.Fault);
        Assert.False(mailbox.StopRequested);
    }

    public void Dispose()
    {
        foreach (var identity in _identities.Values) identity.Dispose();
        _anchors.Dispose();
        _authority.Dispose();
    }

    private ClientMailbox Mailbox() => new(_identities["p0"], _session);

    private SealedRoutes Routes(string client) => new(_identities[client], _session.Id);

    private SealedEnvelope Seal(SealedRoutes from, SealPurpose purpose, ReadOnlySpan<byte> payload) => from.Seal(_session.Parties[0].Identity, purpose, payload);

    private SessionDescriptor Describe()
    {
        var plan = new SessionPlan
        {
            Segments = [new PromptSegment("alice", 1), new PromptSegment("bob", 2)],
            Uncertain = 0,
            Receivers = ["bob"],
            MaxTokens = 1,
            Temperature = 0,
            NoiseSeed = null,
            FractionBits = 16,
            ChebyshevDegree = 2,
            AuditRate = 0,
            BlockSteps = 1,
        };
        var descriptor = new SessionDescriptor
        {
            Session = new SessionId(1, 2).ToByteString(),
            Group = new SessionId(3, 4).ToByteString(),
            Terms = SessionTermsCodec.Write(plan, new byte[32], 2, true),
            TripleService = Address("triples"),
        };
        descriptor.Parties.Add(Address("p0"));
        descriptor.Parties.Add(Address("p1"));
        descriptor.Clients.Add(Peer("alice").ToCertificate());
        descriptor.Clients.Add(Peer("bob").ToCertificate());
        return descriptor;
    }

    private WorkerAddress Address(string name) => new() { Worker = Peer(name).ToCertificate(), Host = "127.0.0.1", Port = 7000 };

    private PeerIdentity Peer(string name) => PeerIdentity.Verify(_identities[name].Certificate, _anchors, DateTimeOffset.UtcNow);
}
