using System.Security.Cryptography;
using Google.Protobuf;
using Mimir.Models;
using Mimir.Spdz;
using Mimir.Spdz.Sessions;
using Mimir.Transport.Connections;
using Mimir.Transport.Meshes;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Fuzzing;

/// <summary>Parsers of what processes send each other: descriptions, sealed envelopes and what is in them, messages of every call, greetings and frames.</summary>
internal static class SessionTargets
{
    // A fresh key: what a former run sealed is not authentic in this one.
    private static readonly Identity Sender = FuzzMembers.Authority.Issue(Role.DataOwner, "alice", TimeSpan.FromDays(1));
    private static readonly SealedEnvelope Envelope = new SealedRoutes(Sender, FuzzMembers.Session).Seal(FuzzMembers.Peer(FuzzMembers.Party), SealPurpose.Input, new byte[40]);
    private static readonly PeerIdentity Alice = FuzzMembers.Peer(Sender);
    private static readonly RemotePeer Peer = new(Role.Party, "p1", "127.0.0.1:1", null);

    /// <summary>All targets; their seeds are made here.</summary>
    public static IReadOnlyList<FuzzTarget> All() =>
    [
        new(
            "session", [FuzzMembers.DescribeSession().ToByteArray()],
            b => Attempt.Read(() => $"{VerifiedSession.Read(b, FuzzMembers.Anchors, FuzzMembers.Now).Plan.Segments.Count}", Refuses)),
        new(
            "group", [FuzzMembers.DescribeGroup(EngineTargets.Layout()).ToByteArray()],
            b => Attempt.Read(() => $"{VerifiedGroup.Read(b, FuzzMembers.Anchors, FuzzMembers.Now).Layout.Layers}", Refuses)),
        new("envelope", [Envelope.ToByteArray()], Open),
        new(
            "payloads",
            [
                SealedPayloads.WriteMasks(new byte[32], [1, 2, 3], [new byte[32]]), SealedPayloads.WriteInputs(1, new MaskedInputs(2, [3, 4])),
                SealedPayloads.WriteProof(new MaskProof(new byte[16], 5)), SealedPayloads.WriteOutput([6, 7]),
            ],
            Payloads),
        new("messages", MessageSeed.Messages, MessageSeed.Read),
        new("registration", [RegistrationSeed.Request], RegistrationSeed.Admit),
        new("greeting", [new Hello(Purpose.Tape, FuzzMembers.Session, Role.Party, "p0", 1).ToBytes(), [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 3]], Greeting),
    ];

    private static bool Refuses(Exception error) => error is ProtocolViolation or UntrustedPeerException or ModelFormatException;

    /// <summary>The same message in another encoding opens; no other one does.</summary>
    private static Outcome Open(byte[] bytes)
    {
        SealedEnvelope? read = null;
        var outcome = Attempt.Verify(
            () =>
            {
                read = SealedEnvelope.Parser.ParseFrom(bytes);
                return new SealedRoutes(FuzzMembers.Party, FuzzMembers.Session).Open(Alice, read).Length == 40;
            },
            e => e is MalformedMessageException or InvalidProtocolBufferException);
        return FuzzTargets.Unless(read is not null && Same(read), outcome);
    }

    private static bool Same(SealedEnvelope read) => read.Sealed == Envelope.Sealed && read.Session == Envelope.Session && read.Sequence == Envelope.Sequence && read.Purpose == Envelope.Purpose
        && read.Sender.Names(Alice) && read.Recipient.Names(FuzzMembers.Peer(FuzzMembers.Party));

    private static Outcome Payloads(byte[] bytes) => Attempt.All(
        Attempt.Read(() => $"{SealedPayloads.ReadMasks(bytes, new byte[32], 1).Masks.Length > 1}", Refuses),
        Attempt.Read(() => $"{SealedPayloads.ReadInputs(bytes, "p").Inputs.Values.Length > 1}", Refuses),
        Attempt.Read(() => $"{SealedPayloads.ReadProof(bytes, "p").Coin.Length > 1}", Refuses),
        Attempt.Read(() => $"{SealedPayloads.ReadOutput(bytes, 2, "p").Length}", Refuses));

    private static Outcome Greeting(byte[] bytes) => Attempt.All(
        Attempt.Read(
            () =>
            {
                var hello = Hello.Parse(bytes);
                if (!hello.ToBytes().AsSpan().SequenceEqual(bytes)) throw new InvalidOperationException("What was read is written otherwise.");
                return $"{hello.Purpose} {hello.Role}";
            },
            Refuses),
        bytes.Length < MeshFrame.HeaderLength ? new Outcome("short") : Attempt.Read(() => Frame(bytes), Refuses));

    private static string Frame(byte[] bytes)
    {
        MeshFrame.RequireHeader(bytes, 8, 3, Peer);
        return "frame";
    }
}
