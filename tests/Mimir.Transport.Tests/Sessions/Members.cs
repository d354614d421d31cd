using Google.Protobuf;
using Mimir.Spdz.Programs;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.Certificates;

namespace Mimir.Transport.Tests.Sessions;

/// <summary>Identities of one authority, and descriptions made from them.</summary>
internal sealed class Members : IDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create();
    private readonly Dictionary<(Role, string), Identity> _identities = [];

    public Members() => Anchors = _authority.Anchors();

    public static SessionId Session { get; } = new(1, 2);

    public static SessionPlan Plan { get; } = new()
    {
        Segments = [new PromptSegment("alice", 3), new PromptSegment("bob", 16)],
        Uncertain = 15,
        Receivers = ["bob"],
        MaxTokens = 5,
        Temperature = 0.5,
        NoiseSeed = -3,
        FractionBits = 16,
        ChebyshevDegree = 2,
        AuditRate = 0.01,
        BlockSteps = 4,
        PrefillChunk = 7,
    };

    public TrustAnchors Anchors { get; }

    public CertificateAuthority Authority => _authority;

    public Identity Identity(Role role, string name)
    {
        if (!_identities.TryGetValue((role, name), out var identity))
            _identities[(role, name)] = identity = _authority.Issue(role, name, TimeSpan.FromHours(1));
        return identity;
    }

    public PeerIdentity Peer(Identity identity) => PeerIdentity.Verify(identity.Certificate, Anchors, DateTimeOffset.UtcNow);

    public WorkerAddress Address(Role role, string name) =>
        new() { Worker = Peer(Identity(role, name)).ToCertificate(), Host = "127.0.0.1", Port = 7000 };

    /// <summary>A description that every member would accept.</summary>
    public SessionDescriptor Describe()
    {
        var descriptor = new SessionDescriptor
        {
            Session = Session.ToByteString(),
            Group = new SessionId(3, 4).ToByteString(),
            Terms = SessionTermsCodec.Write(Plan, new byte[32], 2, true),
            TripleService = Address(Role.TripleService, "triples"),
        };
        descriptor.Parties.Add(Address(Role.Party, "p0"));
        descriptor.Parties.Add(Address(Role.Party, "p1"));
        descriptor.Clients.Add(Peer(Identity(Role.DataOwner, "alice")).ToCertificate());
        descriptor.Clients.Add(Peer(Identity(Role.DataOwner, "bob")).ToCertificate());
        return descriptor;
    }

    public VerifiedSession Read(SessionDescriptor descriptor) => VerifiedSession.Read(descriptor.ToByteArray(), Anchors, DateTimeOffset.UtcNow);

    public void Dispose()
    {
        foreach (var identity in _identities.Values) identity.Dispose();
        Anchors.Dispose();
        _authority.Dispose();
    }
}
