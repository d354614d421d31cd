using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mimir.Trust.Certificates;
using Mimir.Trust.Registration;

namespace Mimir.Trust;

/// <summary>
/// A peer whose certificate was verified against the session's certificate authority. Only <see cref="Verify(X509Certificate2, TrustAnchors, DateTimeOffset)"/> makes one, so that
/// holding it is the proof that the check was made.
/// </summary>
public sealed class PeerIdentity
{
    private const string Damaged = "The peer's certificate is damaged and cannot be read.";

    private readonly CertificateProfile _profile;

    private PeerIdentity(CertificateProfile profile, X509Certificate2 certificate, string issuerKey)
    {
        _profile = profile;
        (PublicKeyInfo, Serial, IssuerSpkiSha256, CertificateDer) = (certificate.PublicKey.ExportSubjectPublicKeyInfo(), certificate.SerialNumber, issuerKey, certificate.RawData);
    }

    /// <summary>The peer's role.</summary>
    public Role Role => _profile.Role;

    /// <summary>The peer's name, see <see cref="PeerName"/>.</summary>
    public string Name => _profile.Name;

    /// <summary>SHA-256 of the certificate's subject public key info, 32 bytes: identifies the key pair.</summary>
    public ReadOnlyMemory<byte> SpkiSha256 => _profile.SpkiSha256;

    /// <summary>The certificate's subject public key info, DER.</summary>
    public ReadOnlyMemory<byte> PublicKeyInfo { get; }

    /// <summary>The certificate's serial number, upper-case hexadecimal.</summary>
    public string Serial { get; }

    /// <summary>What the authority says about the evidence that it saw; null when the certificate was issued without any.</summary>
    public AttestationStamp? Attestation => _profile.Attestation;

    /// <summary>SHA-256 of the issuing authority's subject public key info, upper-case hexadecimal.</summary>
    internal string IssuerSpkiSha256 { get; }

    /// <summary>X25519 key to which messages for this peer are sealed, 32 bytes.</summary>
    public ReadOnlyMemory<byte> SealingPublicKey => _profile.SealingPublicKey;

    /// <summary>The verified certificate, DER.</summary>
    public ReadOnlyMemory<byte> CertificateDer { get; }

    /// <summary>
    /// Checks that <paramref name="certificate"/> was issued directly by one of <paramref name="anchors"/>, is valid at
    /// <paramref name="now"/>, is a leaf for TLS client and server use, names one role, and is not revoked. System roots and the network are not asked.
    /// It does not prove that the peer holds the private key: TLS or a sealed message does.
    /// </summary>
    /// <exception cref="UntrustedPeerException">Something of this is not so; the message says what.</exception>
    public static PeerIdentity Verify(X509Certificate2 certificate, TrustAnchors anchors, DateTimeOffset now)
    {
        try
        {
            return VerifyReadable(certificate, anchors, now);
        }
        catch (CryptographicException)
        {
            throw new UntrustedPeerException(Damaged);
        }
    }

    /// <summary>As the other overload, from DER.</summary>
    /// <exception cref="UntrustedPeerException">The bytes are no certificate, or it does not verify.</exception>
    public static PeerIdentity Verify(ReadOnlySpan<byte> certificateDer, TrustAnchors anchors, DateTimeOffset now)
    {
        X509Certificate2 certificate;
        try
        {
            certificate = X509CertificateLoader.LoadCertificate(certificateDer);
        }
        catch (CryptographicException)
        {
            throw new UntrustedPeerException(Damaged);
        }

        // The platform also takes other forms than DER, and does not mind what follows.
        using (certificate) return certificate.RawDataMemory.Span.SequenceEqual(certificateDer) ? Verify(certificate, anchors, now) : throw new UntrustedPeerException(Damaged);
    }

    /// <summary>
    /// Takes note of a certificate that somebody passed on: whoever's key it certifies may be revoked by it, and keeps its connections when an earlier issuer is retired. One that does
    /// not verify says nothing.
    /// </summary>
    public static void Learn(ReadOnlySpan<byte> certificateDer, TrustAnchors anchors, DateTimeOffset now)
    {
        try
        {
            Verify(certificateDer, anchors, now);
        }
        catch (UntrustedPeerException)
        {
            // Nothing depends on it.
        }
    }

    /// <summary>Demands a role, and a name where one is given.</summary>
    /// <exception cref="UntrustedPeerException">The peer is somebody else; the message names both.</exception>
    public PeerIdentity Require(Role role, string? name = null)
    {
        if (Role != role || name is not null && Name != name)
        {
            var wanted = name is null ? role.ToName() : $"{role.ToName()} '{name}'";
            throw new UntrustedPeerException($"Expected {wanted}, but the certificate is that of {this}.");
        }

        return this;
    }

    /// <summary>For example <c>party 'p0'</c>.</summary>
    public override string ToString() => $"{Role.ToName()} '{Name}'";

    private static PeerIdentity VerifyReadable(X509Certificate2 certificate, TrustAnchors anchors, DateTimeOffset now)
    {
        var profile = CertificateProfile.Read(certificate);
        var who = $"{profile.Role.ToName()} '{profile.Name}'";
        if (now < certificate.NotBefore || now > certificate.NotAfter)
        {
            throw new UntrustedPeerException(
                $"The certificate of {who} is valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}, "
                + $"and it is {now.ToUniversalTime():u}; issue a new one or correct the clock.");
        }

        using var chain = new X509Chain { ChainPolicy = anchors.ChainPolicy(now) };
        var trusted = chain.Build(certificate);
        var length = chain.ChainElements.Count;
        var issuer = length == 0 ? "" : KeyHash(chain.ChainElements[length - 1].Certificate);
        foreach (var element in chain.ChainElements) element.Certificate.Dispose();
        if (!trusted)
        {
            throw new UntrustedPeerException(
                $"The certificate of {who} was not issued by this session's certificate authority ({Reasons(chain)}); use certificates of the same ca.pem.");
        }

        if (length != 2)
            throw new UntrustedPeerException($"The certificate of {who} was not issued directly by this session's certificate authority.");
        var peer = new PeerIdentity(profile, certificate, issuer);
        return anchors.Revocations.Know(peer) is { } reason ? throw new UntrustedPeerException(reason) : peer;
    }

    /// <summary>SHA-256 of a certificate's subject public key info, upper-case hexadecimal.</summary>
    internal static string KeyHash(X509Certificate2 certificate) => Convert.ToHexString(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    private static string Reasons(X509Chain chain)
    {
        var flags = X509ChainStatusFlags.NoError;
        foreach (var status in chain.ChainStatus) flags |= status.Status;
        return flags.ToString();
    }
}
