using System.Collections.Concurrent;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.Certificates;
using Mimir.Trust.Registration;

namespace Mimir.Services.Coordination;

/// <summary>
/// The coordinator's part in admitting nodes: gives out nonces, examines evidence, issues certificates, and remembers each node's evidence so that its peers can examine it too.
/// </summary>
internal sealed class Registrar(TlsSettings tls, CertificateAuthority? authority, TimeSpan validity, Action<string> log, CoordinatorAudit audit)
{
    private readonly RegistrationAuthority? _authority = authority is not null && tls.Anchors.Attestation is { } rule ? new(authority, rule, validity, tls.Clock) : null;
    private readonly ConcurrentDictionary<string, (string Key, AttestationRecord Record)> _records = [];

    /// <summary>A one-time nonce.</summary>
    /// <exception cref="InvalidOperationException">This coordinator registers nobody.</exception>
    public byte[] Challenge(PeerIdentity node) => Authority().Challenge(node);

    /// <summary>Decides about a request; returns the certificate.</summary>
    /// <exception cref="RegistrationRefusedException">The node is not admitted; says why.</exception>
    /// <exception cref="InvalidOperationException">This coordinator registers nobody.</exception>
    public AttestReply Admit(PeerIdentity node, AttestRequest request, ReadOnlySpan<byte> channel)
    {
        var record = (request.Attestation ?? new NodeAttestation()).ToRecord();
        try
        {
            var certificate = Authority().Admit(node, new RegistrationRequest(request.PublicKey.Memory, request.SealingPublicKey.Memory, record, request.Proof.Memory), channel);
            var issued = PeerIdentity.Verify(certificate, tls.Anchors, tls.Clock.GetUtcNow());
            tls.Anchors.Revocations.Link(issued, node);
            audit.Admitting(issued);
            // The message's buffer is the request's own; nothing else writes to it.
            _records[node.ToString()] = (Convert.ToHexString(issued.SpkiSha256.Span), record);
            log($"{node} showed {issued.Attestation!.Kind} evidence, measurement {Convert.ToHexStringLower(issued.Attestation.Measurement.Span)}");
            Admitted(issued);
            return new AttestReply { CertificateDer = Google.Protobuf.ByteString.CopyFrom(certificate), ValidSeconds = (uint)_authority!.Validity.TotalSeconds };
        }
        catch (RegistrationRefusedException refused)
        {
            log($"refused {node}: {refused.Message}");
            audit.Refused(node, refused);
            throw;
        }
    }

    /// <summary>Certificates are issued by <paramref name="successor"/> from now on.</summary>
    public void Succeed(CertificateAuthority successor) => _authority?.Succeed(successor);

    /// <summary>Told of every certificate that was issued, so that a node that is registered already goes on with its new one.</summary>
    public Action<PeerIdentity> Admitted { get; set; } = _ => { };

    /// <summary>The node's certificate with its evidence, for others to examine.</summary>
    public PeerCertificate Describe(PeerIdentity node)
    {
        var certificate = node.ToCertificate();
        if (_records.TryGetValue(node.ToString(), out var shown) && shown.Key == Convert.ToHexString(node.SpkiSha256.Span)) certificate.Attestation = shown.Record.ToMessage();
        return certificate;
    }

    private RegistrationAuthority Authority() =>
        _authority ?? throw new InvalidOperationException("this coordinator issues no certificates for evidence; set its attestation.policy and attestation.authority");
}
