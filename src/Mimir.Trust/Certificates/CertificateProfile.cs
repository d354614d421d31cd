using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mimir.Trust.Registration;

namespace Mimir.Trust.Certificates;

/// <summary>
/// What a Mimir leaf certificate contains: subject CN = name and OU = role, subject alternative name <c>mimir://role/name</c>,
/// extended key usage server and client authentication, not a CA, and the bearer's X25519 sealing key in a private extension.
/// </summary>
/// <param name="Role">The bearer's role.</param>
/// <param name="Name">The bearer's name.</param>
/// <param name="SealingPublicKey">X25519 public key, 32 bytes.</param>
/// <param name="SpkiSha256">SHA-256 of the subject public key info.</param>
/// <param name="Attestation">What the authority says about the bearer's evidence, or null.</param>
internal sealed record CertificateProfile(Role Role, string Name, byte[] SealingPublicKey, byte[] SpkiSha256, AttestationStamp? Attestation)
{
    /// <summary>The extension with the sealing key: 2.25 followed by the UUID 6b0c6a1e-9d0f-4a53-8c67-2f4be0d4a7c1 as a number.</summary>
    public const string SealingKeyOid = "2.25.142291855472158910262806780410804348865";

    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string BasicConstraintsOid = "2.5.29.19";
    private const string ExtendedKeyUsageOid = "2.5.29.37";
    private const string SubjectAlternativeNameOid = "2.5.29.17";

    public static Uri NameUri(Role role, string name) => new($"mimir://{role.ToName()}/{name}");

    public static X500DistinguishedName Subject(Role role, string name)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(name);
        builder.AddOrganizationalUnitName(role.ToName());
        return builder.Build();
    }

    /// <summary>Reads the profile of a certificate; says nothing about who issued it.</summary>
    /// <exception cref="UntrustedPeerException">The certificate does not have this profile.</exception>
    public static CertificateProfile Read(X509Certificate2 certificate)
    {
        try
        {
            var (role, name) = ReadName(certificate);
            RequireLeaf(certificate, role, name);
            if (!certificate.SubjectName.RawData.AsSpan().SequenceEqual(Subject(role, name).RawData))
                throw new UntrustedPeerException($"The certificate of {role.ToName()} '{name}' has a subject that differs from its mimir:// name.");
            var spki = SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());
            var stamp = Single(certificate, AttestationStamp.Oid) is { } extension ? AttestationStamp.Read(extension) : null;
            return new(role, name, ReadSealingKey(certificate, role, name), spki, stamp);
        }
        catch (Exception error) when (error is CryptographicException or AsnContentException)
        {
            throw new UntrustedPeerException("The peer's certificate is damaged and cannot be read.");
        }
    }

    private static (Role Role, string Name) ReadName(X509Certificate2 certificate)
    {
        string? found = null;
        var extension = Single(certificate, SubjectAlternativeNameOid)
            ?? throw new UntrustedPeerException("The peer's certificate has no mimir:// name; it was not made by a Mimir certificate authority.");
        var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        var uri = new Asn1Tag(TagClass.ContextSpecific, 6);
        while (names.HasData)
        {
            if (found is not null || names.PeekTag() != uri)
                throw new UntrustedPeerException("The peer's certificate must have exactly one name, a mimir:// URI.");
            found = names.ReadCharacterString(UniversalTagNumber.IA5String, uri);
        }

        var parts = (found ?? "").Split('/');
        if (parts.Length != 4 || parts[0] != "mimir:" || parts[1].Length != 0 || !RoleNames.TryParse(parts[2], out var role) || !PeerName.IsValid(parts[3]))
            throw new UntrustedPeerException("The peer's certificate has no name of the form mimir://role/name.");
        return (role, parts[3]);
    }

    private static void RequireLeaf(X509Certificate2 certificate, Role role, string name)
    {
        if (Single(certificate, BasicConstraintsOid) is not X509BasicConstraintsExtension { CertificateAuthority: false })
            throw new UntrustedPeerException($"The certificate of {role.ToName()} '{name}' is not marked as a leaf (basic constraints).");
        var usages = (Single(certificate, ExtendedKeyUsageOid) as X509EnhancedKeyUsageExtension)?.EnhancedKeyUsages;
        foreach (var (oid, purpose) in new[] { (ServerAuthentication, "server"), (ClientAuthentication, "client") })
            if (usages?[oid] is null)
                throw new UntrustedPeerException($"The certificate of {role.ToName()} '{name}' is not meant for TLS {purpose} authentication.");
    }

    private static byte[] ReadSealingKey(X509Certificate2 certificate, Role role, string name)
    {
        var extension = Single(certificate, SealingKeyOid);
        if (extension is null)
            throw new UntrustedPeerException($"The certificate of {role.ToName()} '{name}' carries no sealing key.");
        var key = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadOctetString();
        return key.Length == 32
            ? key
            : throw new UntrustedPeerException($"The sealing key in the certificate of {role.ToName()} '{name}' has {key.Length} bytes instead of 32.");
    }

    private static X509Extension? Single(X509Certificate2 certificate, string oid)
    {
        X509Extension? found = null;
        foreach (var extension in certificate.Extensions)
        {
            if (extension.Oid?.Value != oid) continue;
            if (found is not null) throw new UntrustedPeerException($"The peer's certificate has the extension {oid} twice.");
            found = extension;
        }

        return found;
    }
}
