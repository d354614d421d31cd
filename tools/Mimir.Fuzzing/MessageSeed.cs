using Google.Protobuf;
using Mimir.Spdz;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;

namespace Mimir.Fuzzing;

/// <summary>Messages of every call, and what is made of them before a session or a group is known.</summary>
internal static class MessageSeed
{
    private static readonly MessageParser[] Parsers =
    [
        WorkerMessage.Parser, WorkerCommand.Parser, ModelTerms.Parser, ModelEvent.Parser, InferenceEvent.Parser, SealedBatch.Parser, MetricsReport.Parser,
        AttestRequest.Parser, AttestReply.Parser, ModelMaskRequest.Parser, ModelMask.Parser, SignedRevocations.Parser, StatisticsReport.Parser,
    ];

    /// <summary>One of each kind that carries something.</summary>
    public static IReadOnlyList<byte[]> Messages { get; } =
    [
        new SessionRequest { Terms = SessionTermsCodec.Write(FuzzMembers.Plan, new byte[32], 2, true) }.ToByteArray(),
        new WorkerMessage { Hello = new WorkerHello { ProtocolVersion = 4, Host = "h", Port = 1, GrpcPort = 2 } }.ToByteArray(),
        new WorkerMessage { Failed = Failed }.ToByteArray(),
        new WorkerCommand { SessionStart = FuzzMembers.DescribeSession().ToByteString() }.ToByteArray(),
        new InferenceEvent { Failed = Failed }.ToByteArray(),
        new InferenceEvent { Progress = new Progress { Session = ByteString.CopyFrom(new byte[16]), Done = 1, Total = 2 } }.ToByteArray(),
        new MetricsReport { Roles = { new RoleMetrics { Rounds = 1, OnlineSeconds = 0.5, Parts = { new PartSeconds { Part = "x", Seconds = 1 } } } } }.ToByteArray(),
        new ModelTerms { Name = "n", Layout = ByteString.CopyFrom([1, 2]), Parties = 2, Security = SecurityLevel.Active, ScaleBits = 16 }.ToByteArray(),
    ];

    private static SessionFailed Failed => new()
    {
        Session = ByteString.CopyFrom(new byte[16]),
        Kind = FailureKind.PeerLost,
        Reporter = new PeerRef { Role = PeerRole.Party, Name = "p0" },
        Step = "step 1",
        Message = "gone",
    };

    /// <summary>Every message reads every input.</summary>
    public static Outcome Read(byte[] bytes) => Attempt.All(
    [
        new($"{Parsers.Count(parser => Attempt.Read(() => parser.ParseFrom(bytes).CalculateSize() > 0 ? "read" : "empty", e => e is InvalidProtocolBufferException).Shape == "read")}"),
        Attempt.Read(() => Terms(SessionRequest.Parser.ParseFrom(bytes)), e => e is InvalidProtocolBufferException or ArgumentException),
        Attempt.Read(() => $"{WorkerMessage.Parser.ParseFrom(bytes).Failed?.ToException().Kind}", e => e is InvalidProtocolBufferException),
        Attempt.Read(() => WorkerCommand.Parser.ParseFrom(bytes).End is { } end ? $"{end.Session.ToSessionId()}"[..1] : "none", e => e is InvalidProtocolBufferException or MalformedMessageException),
    ]);

    private static string Terms(SessionRequest request)
    {
        var plan = SessionTermsCodec.Read(request.Terms);
        plan.Validate(EngineTargets.SmallLayout, 2, int.MaxValue);
        return $"{plan.Segments.Count}";
    }
}
