using Mimir.Trust.Attestation;
using Mimir.Trust.Certificates;

namespace Mimir.Trust.Registration;

/// <summary>
/// What a registered node shows everybody: its evidence, and what that evidence is bound to beside the node's own keys and name.
/// </summary>
/// <param name="Evidence">As <see cref="EvidenceCodec"/> writes it.</param>
/// <param name="Nonce">The one-time nonce that it answers, <see cref="Challenges.NonceSize"/> bytes.</param>
/// <param name="Channel">The TLS channel through which it was given, at most <see cref="LongestChannel"/> bytes.</param>
public sealed record AttestationRecord(ReadOnlyMemory<byte> Evidence, ReadOnlyMemory<byte> Nonce, ReadOnlyMemory<byte> Channel)
{
    /// <summary>Longest value that names a channel.</summary>
    public const int LongestChannel = 128;

    /// <summary>
    /// The node id in the binding: <c>mimir://role/name#</c> and the X25519 key in lower-case hexadecimal, so that the key to which others seal messages is bound too.
    /// </summary>
    public static string NodeId(Role role, string name, ReadOnlySpan<byte> sealingPublicKey) =>
        $"{CertificateProfile.NameUri(role, PeerName.Require(name))}#{Convert.ToHexStringLower(sealingPublicKey)}";

    /// <summary>What the evidence must be bound to, for a node of this name and with these keys.</summary>
    public EvidenceBinding Binding(Role role, string name, ReadOnlySpan<byte> publicKeyInfo, ReadOnlySpan<byte> sealingPublicKey) =>
        EvidenceBinding.Of(Nonce.Span, publicKeyInfo, System.Text.Encoding.UTF8.GetBytes(NodeId(role, name, sealingPublicKey)), Channel.Span);
}
