namespace Mimir.Trust.Attestation.Chains;

/// <summary>A chain that verified. Only <see cref="ChainVerifier"/> makes one.</summary>
public sealed class CertifiedChain
{
    internal CertifiedChain(IReadOnlyList<ChainCertificate> certificates, bool revocationChecked)
    {
        Certificates = certificates;
        RevocationChecked = revocationChecked;
    }

    /// <summary>From leaf to root.</summary>
    public IReadOnlyList<ChainCertificate> Certificates { get; }

    /// <summary>The certified one.</summary>
    public ChainCertificate Leaf => Certificates[0];

    /// <summary>The pinned one.</summary>
    public ChainCertificate Root => Certificates[^1];

    /// <summary>Whether at least one current revocation list of an issuer in the chain was given and none revokes a certificate of it.</summary>
    public bool RevocationChecked { get; }
}
