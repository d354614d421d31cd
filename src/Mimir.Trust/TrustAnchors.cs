using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mimir.Trust.Registration;
using Mimir.Trust.Revocations;

namespace Mimir.Trust;

/// <summary>
/// Whom a process trusts: the certificate authorities of a session (the only roots that <see cref="PeerIdentity"/> accepts), less what they have revoked, and only with
/// evidence where that is demanded.
/// </summary>
public sealed class TrustAnchors : IDisposable
{
    private volatile X509Certificate2[] _certificates;

    /// <summary>Trusts exactly these roots.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public TrustAnchors(params X509Certificate2[] certificates)
    {
        if (certificates.Length == 0) throw new ArgumentException("At least one certificate authority is needed.", nameof(certificates));
        _certificates = [.. certificates];
    }

    /// <summary>What evidence peers must show; null when certificates alone are enough.</summary>
    public AttestationRule? Attestation { get; init; }

    /// <summary>What is revoked.</summary>
    public RevocationRegister Revocations { get; init; } = new();

    /// <summary>Whether an authority's certificate (DER) is among these roots and not retired.</summary>
    public bool Trusts(ReadOnlySpan<byte> authority)
    {
        foreach (var certificate in _certificates)
            if (certificate.RawDataMemory.Span.SequenceEqual(authority)) return !Revocations.List.HasRevoked(PeerIdentity.KeyHash(certificate));
        return false;
    }

    /// <summary>Reads one or more PEM certificates from a file, as <see cref="Certificates.CertificateAuthority.SaveCertificate"/> writes it.</summary>
    /// <exception cref="InvalidDataException">The file holds no certificate.</exception>
    public static TrustAnchors Load(string path) => new(LoadCertificates(path));

    /// <summary>Reads one or more PEM certificates.</summary>
    /// <exception cref="InvalidDataException">The file holds no certificate.</exception>
    public static X509Certificate2[] LoadCertificates(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(path);
        }
        catch (CryptographicException)
        {
            certificates.Clear();
        }

        return certificates.Count > 0
            ? [.. certificates]
            : throw new InvalidDataException($"'{path}' holds no certificate in PEM form; give the session's ca.pem.");
    }

    /// <summary>A chain policy that trusts these roots only, asks the network for nothing, and wants both TLS purposes.</summary>
    public X509ChainPolicy ChainPolicy(DateTimeOffset now)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationFlags = X509VerificationFlags.NoFlag,
            VerificationTime = now.UtcDateTime,
        };
        policy.CustomTrustStore.AddRange(_certificates);
        return policy;
    }

    /// <summary>
    /// Takes a signed revocation list into force: connections of whom it names are closed, and the authorities that it names as successors are trusted from now on.
    /// False when it is in force already.
    /// </summary>
    /// <param name="signedRevocations">The list, see <see cref="RevocationCodec"/>.</param>
    /// <param name="beforeClosing">Called when the list is in force and before connections are closed because of it.</param>
    /// <exception cref="RevocationRefusedException">The list is not accepted; see there.</exception>
    public bool Accept(ReadOnlyMemory<byte> signedRevocations, Action? beforeClosing = null)
    {
        if (!Revocations.Accept(signedRevocations, _certificates, beforeClosing)) return false;
        foreach (var successor in Revocations.List.Successors) Extend(successor.Span);
        return true;
    }

    /// <summary>Demands evidence of a peer whose role must show some: a certificate that was issued for it.</summary>
    /// <exception cref="UntrustedPeerException">Its certificate was issued without.</exception>
    public PeerIdentity RequireAttested(PeerIdentity peer) => Attestation is null || !AttestationRule.AppliesTo(peer.Role) || peer.Attestation is not null
        ? peer
        : throw new UntrustedPeerException($"{peer} has a certificate that was issued without evidence, and attestation.policy demands it; let it register first.");

    private void Extend(ReadOnlySpan<byte> certificate)
    {
        X509Certificate2 added;
        try
        {
            added = X509CertificateLoader.LoadCertificate(certificate);
        }
        catch (CryptographicException)
        {
            return;
        }
        if (_certificates.Any(c => c.RawDataMemory.Span.SequenceEqual(added.RawData))) added.Dispose();
        else _certificates = [.. _certificates, added];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var certificate in _certificates) certificate.Dispose();
    }
}
