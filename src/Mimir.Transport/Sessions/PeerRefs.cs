using Google.Protobuf;
using Mimir.Spdz;
using Mimir.Transport.Protos;
using Mimir.Trust;
using Mimir.Trust.Registration;

namespace Mimir.Transport.Sessions;

/// <summary>Names of processes in messages, to and from the types that hold their proofs.</summary>
public static class PeerRefs
{
    /// <summary>The name of a verified peer.</summary>
    public static PeerRef ToRef(this PeerIdentity peer) => new() { Role = (PeerRole)peer.Role, Name = peer.Name };

    /// <summary>This process's own name.</summary>
    public static PeerRef ToRef(this Identity identity) => new() { Role = (PeerRole)identity.Role, Name = identity.Name };

    /// <summary>A verified peer's name and certificate, for others to verify.</summary>
    public static PeerCertificate ToCertificate(this PeerIdentity peer) =>
        new() { Peer = peer.ToRef(), CertificateDer = ByteString.CopyFrom(peer.CertificateDer.Span) };

    /// <summary>A node's evidence as a message.</summary>
    public static NodeAttestation ToMessage(this AttestationRecord record) => new()
    {
        Evidence = ByteString.CopyFrom(record.Evidence.Span),
        Nonce = ByteString.CopyFrom(record.Nonce.Span),
        Channel = ByteString.CopyFrom(record.Channel.Span),
    };

    /// <summary>A node's evidence from a message; nothing of it is verified.</summary>
    public static AttestationRecord ToRecord(this NodeAttestation message) => new(message.Evidence.Memory, message.Nonce.Memory, message.Channel.Memory);

    /// <summary>Whether <paramref name="reference"/> names <paramref name="peer"/>.</summary>
    public static bool Names(this PeerRef? reference, PeerIdentity peer) =>
        reference is not null && reference.Role == (PeerRole)peer.Role && reference.Name == peer.Name;

    /// <summary>For people: <c>party 'p0'</c>; never more than the name rule allows.</summary>
    public static string Describe(this PeerRef? reference) =>
        reference is not null && Enum.IsDefined((Role)reference.Role) && PeerName.IsValid(reference.Name)
            ? $"{((Role)reference.Role).ToName()} '{reference.Name}'"
            : "an unnamed peer";

    /// <summary>Verifies a certificate that was received inside a message.</summary>
    /// <exception cref="UntrustedPeerException">It does not verify, or names another role or name than the message.</exception>
    /// <exception cref="MalformedMessageException">There is none.</exception>
    public static PeerIdentity Verify(this PeerCertificate? certificate, TrustAnchors anchors, DateTimeOffset now, Role role)
    {
        if (certificate?.Peer is null) throw new MalformedMessageException($"a certificate of a {role.ToName()} is missing from a description");
        return PeerIdentity.Verify(certificate.CertificateDer.Span, anchors, now).Require(role, certificate.Peer.Name);
    }

    /// <summary>Reads a session id.</summary>
    /// <exception cref="MalformedMessageException">Not 16 bytes.</exception>
    public static SessionId ToSessionId(this ByteString bytes) => bytes.Length == SessionId.Size
        ? SessionId.FromBytes(bytes.Span)
        : throw new MalformedMessageException($"a session id of {bytes.Length} bytes was received; it has {SessionId.Size}");

    /// <summary>A session id as a message field.</summary>
    public static ByteString ToByteString(this SessionId session) => ByteString.CopyFrom(session.ToBytes());
}
