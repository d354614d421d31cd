using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Mimir.Services.Attesting;
using Mimir.Services.Hosting;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Transport.Sessions;
using Mimir.Trust.Registration;
using Mimir.Trust.Sealing;

namespace Mimir.Services.Joining;

/// <summary>
/// Asks the coordinator for a certificate: challenge → evidence bound to it, to <paramref name="key"/> and <paramref name="sealingKey"/>, the name and this connection → certificate.
/// </summary>
/// <param name="enrolled">The identity that the operator gave: proves the name.</param>
/// <param name="producer">Makes the evidence.</param>
/// <param name="coordinator">Whom to ask.</param>
/// <param name="key">The P-256 key to certify.</param>
/// <param name="sealingKey">The key to which others will seal messages.</param>
internal sealed class Applicant(TlsSettings enrolled, IEvidenceProducer producer, HostAddress coordinator, ECDsa key, SealingKeyPair sealingKey)
{
    /// <summary>One attempt, over a connection of its own.</summary>
    /// <exception cref="RegistrationRefusedException">The coordinator refuses; says why.</exception>
    /// <exception cref="AttestingException">This machine gives no evidence.</exception>
    /// <exception cref="PeerLostException">Nobody answers.</exception>
    public async Task<(byte[] Certificate, TimeSpan Validity)> ApplyAsync(CancellationToken cancellation)
    {
        using var channel = PeerChannel.Create(enrolled, coordinator.Host, coordinator.Port, Mimir.Trust.Role.Coordinator);
        try
        {
            var client = new Coordinator.CoordinatorClient(channel.Invoker);
            var challenge = await client.RequestChallengeAsync(new ChallengeRequest(), cancellationToken: cancellation);
            var request = await AnswerAsync(challenge.Nonce.Memory, channel.Channel, cancellation);
            var reply = await client.AttestAsync(request, cancellationToken: cancellation);
            return (reply.CertificateDer.ToByteArray(), TimeSpan.FromSeconds(reply.ValidSeconds));
        }
        catch (RpcException error)
        {
            cancellation.ThrowIfCancellationRequested();
            throw channel.Translate(error) switch
            {
                RpcException { StatusCode: StatusCode.PermissionDenied } refused when refused.Status.Detail.Split(": ", 2) is [var code, var sentence] =>
                    new RegistrationRefusedException(code, sentence),
                RpcException { StatusCode: StatusCode.ResourceExhausted } refused => new RegistrationRefusedException(RegistrationRefusedException.Rate, refused.Status.Detail),
                RpcException { StatusCode: StatusCode.FailedPrecondition } refused => new InvalidDataException(refused.Status.Detail, error),
                // TLS 1.3 tells a client last that its certificate was refused: the connection is made, and then it is gone.
                PeerLostException when channel.Server is not null => new RegistrationRefusedException(RegistrationRefusedException.Closed,
                    $"{channel.Target} took the connection and closed it: the certificate in tls.identity is revoked, has expired, or is of another authority"),
                var other => other,
            };
        }
    }

    /// <summary>The request that answers a challenge over one connection.</summary>
    internal async Task<AttestRequest> AnswerAsync(ReadOnlyMemory<byte> nonce, ReadOnlyMemory<byte> channel, CancellationToken cancellation)
    {
        var (role, name, publicKey) = (enrolled.Identity.Role, enrolled.Identity.Name, key.ExportSubjectPublicKeyInfo());
        var unbound = new AttestationRecord(ReadOnlyMemory<byte>.Empty, nonce, channel);
        var evidence = await producer.ProduceAsync(unbound.Binding(role, name, publicKey, sealingKey.PublicKey.Span), cancellation);
        var record = unbound with { Evidence = Mimir.Trust.Attestation.EvidenceCodec.Encode(evidence) };
        return new AttestRequest
        {
            PublicKey = ByteString.CopyFrom(publicKey),
            SealingPublicKey = ByteString.CopyFrom(sealingKey.PublicKey.Span),
            Attestation = record.ToMessage(),
            Proof = ByteString.CopyFrom(RegistrationRequest.Prove(key, record, role, name, sealingKey.PublicKey.Span)),
        };
    }
}
