using System.Security.Cryptography;
using Google.Protobuf;
using Mimir.Services.Coordination;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.Attestation;
using Mimir.Trust.Registration;

namespace Mimir.Fuzzing;

/// <summary>Requests to be certified.</summary>
internal static class RegistrationSeed
{
    private static readonly byte[] Channel = new byte[32];
    private static readonly PeerIdentity Node = FuzzMembers.Peer(FuzzMembers.Party);
    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly RegistrationAuthority Registrar =
        new(FuzzMembers.Authority, new AttestationRule(AcceptedKinds.Lab, [SHA256.HashData([1])], (_, _) => [], _ => []), TimeSpan.FromHours(1), FuzzMembers.Clock);

    /// <summary>A request with simulated evidence of an unknown laboratory.</summary>
    public static byte[] Request { get; } = new AttestRequest
    {
        PublicKey = ByteString.CopyFrom(Key.ExportSubjectPublicKeyInfo()),
        SealingPublicKey = ByteString.CopyFrom(FuzzMembers.Party.SealingKey.PublicKey.Span),
        Attestation = new NodeAttestation { Evidence = ByteString.CopyFrom(EvidenceCodec.Encode(new Evidence(EvidenceKind.Simulated, SimulatedSeed.Statement, []))) },
    }.ToByteArray();

    /// <summary>Asks with the nonce and the channel that are due, and, where the request names the seed's key, with a proof by it. Nobody is admitted.</summary>
    public static Outcome Admit(byte[] bytes) => Attempt.Verify(
        () =>
        {
            var message = AttestRequest.Parser.ParseFrom(bytes);
            var record = (message.Attestation ?? new NodeAttestation()).ToRecord() with { Nonce = Registrar.Challenge(Node) };
            if (record.Channel.IsEmpty) record = record with { Channel = Channel };
            var proof = message.Proof.IsEmpty && message.SealingPublicKey.Length == 32
                ? RegistrationRequest.Prove(Key, record, Node.Role, Node.Name, message.SealingPublicKey.Span)
                : message.Proof.ToByteArray();
            return Registrar.Admit(Node, new RegistrationRequest(message.PublicKey.Memory, message.SealingPublicKey.Memory, record, proof), Channel).Length > 0;
        },
        e => e is RegistrationRefusedException or InvalidProtocolBufferException);
}
