using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Mimir.Spdz.Programs;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.Certificates;
using Mimir.Trust.Sealing;

namespace Mimir.Fuzzing;

/// <summary>Members of a session with keys and a clock that every run has alike, so that a corpus stays what it was. For fuzzing only: the keys are public.</summary>
internal static class FuzzMembers
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(3650);
    private static readonly CertificateAuthority Signing = CertificateAuthority.Create(Validity + Validity, new Fixed(), Key("authority"));

    /// <summary>The time of every run.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The clock that shows it.</summary>
    public static TimeProvider Clock { get; } = new Fixed();

    /// <summary>Signs every certificate.</summary>
    public static CertificateAuthority Authority => Signing;

    /// <summary>Trust in it.</summary>
    public static TrustAnchors Anchors { get; } = Signing.Anchors();

    /// <summary>A party.</summary>
    public static Identity Party { get; } = Issue(Role.Party, "p0");

    /// <summary>A client.</summary>
    public static Identity Alice { get; } = Issue(Role.DataOwner, "alice");

    /// <summary>The session.</summary>
    public static SessionId Session { get; } = new(1, 2);

    /// <summary>Terms with most fields set.</summary>
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

    /// <summary>A member as the others see it.</summary>
    public static PeerIdentity Peer(Identity identity) => PeerIdentity.Verify(identity.Certificate, Anchors, Now);

    /// <summary>A member with an address.</summary>
    public static WorkerAddress Address(Role role, string name) =>
        new() { Worker = Peer(Issue(role, name)).ToCertificate(), Host = "127.0.0.1", Port = 7000, GrpcPort = role == Role.TripleService ? 7001u : 0 };

    /// <summary>A session's description that every member would accept.</summary>
    public static SessionDescriptor DescribeSession()
    {
        var descriptor = new SessionDescriptor
        {
            Session = Session.ToByteString(),
            Group = new SessionId(3, 4).ToByteString(),
            Terms = SessionTermsCodec.Write(Plan, new byte[32], 2, true),
            TripleService = Address(Role.TripleService, "triples"),
        };
        descriptor.Parties.Add([Address(Role.Party, "p0"), Address(Role.Party, "p1")]);
        descriptor.Clients.Add([Peer(Alice).ToCertificate(), Peer(Issue(Role.DataOwner, "bob")).ToCertificate()]);
        return descriptor;
    }

    /// <summary>A group's description that every member would accept.</summary>
    public static GroupDescriptor DescribeGroup(byte[] layout)
    {
        var descriptor = new GroupDescriptor
        {
            Group = new SessionId(3, 4).ToByteString(),
            ModelName = "small",
            Layout = ByteString.CopyFrom(layout),
            Security = SecurityLevel.Active,
            ScaleBits = 16,
            TripleService = Address(Role.TripleService, "triples"),
            ModelOwner = Peer(Issue(Role.ModelOwner, "owner")).ToCertificate(),
        };
        descriptor.Parties.Add([Address(Role.Party, "p0"), Address(Role.Party, "p1")]);
        return descriptor;
    }

    /// <summary>A certificate for fixed keys.</summary>
    public static Identity Issue(Role role, string name)
    {
        using var key = Key(name);
        var sealing = SealingKeyPair.FromPrivateKey(SHA256.HashData([.. "fuzzing sealing "u8, .. System.Text.Encoding.ASCII.GetBytes(name)]));
        using var certificate = Signing.Issue(role, name, Validity, sealing.PublicKey.Span, new PublicKey(key));
        return new Identity(certificate.CopyWithPrivateKey(key), sealing);
    }

    private static ECDsa Key(string name) =>
        ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = SHA256.HashData([.. "fuzzing "u8, .. System.Text.Encoding.ASCII.GetBytes(name)]) });

    private sealed class Fixed : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
