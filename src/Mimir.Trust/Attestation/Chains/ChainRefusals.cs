namespace Mimir.Trust.Attestation.Chains;

/// <summary>Codes of refusals by certificate chains and revocation lists.</summary>
public static class ChainRefusals
{
    /// <summary>Something given as a certificate is none, or is not understood.</summary>
    public const string Malformed = "chain.malformed";

    /// <summary>The chain needs a certificate that was not given.</summary>
    public const string IssuerMissing = "chain.issuer-missing";

    /// <summary>A certificate is not signed by its issuer.</summary>
    public const string Signature = "chain.signature";

    /// <summary>The chain ends in a root that is not pinned.</summary>
    public const string Root = "chain.root";

    /// <summary>Too many certificates.</summary>
    public const string TooLong = "chain.too-long";

    /// <summary>A certificate's validity has ended.</summary>
    public const string Expired = "chain.expired";

    /// <summary>A certificate's validity has not begun.</summary>
    public const string NotYetValid = "chain.not-yet-valid";

    /// <summary>A signature algorithm that this vendor does not use.</summary>
    public const string Algorithm = "chain.algorithm";

    /// <summary>A critical extension that is not understood.</summary>
    public const string CriticalExtension = "chain.critical-extension";

    /// <summary>An issuer that is no certificate authority, or whose key may not sign certificates.</summary>
    public const string NotAuthority = "chain.not-authority";

    /// <summary>An issuer's path length is exceeded.</summary>
    public const string PathLength = "chain.path-length";

    /// <summary>Something given as a revocation list is none, or is not understood.</summary>
    public const string RevocationMalformed = "crl.malformed";

    /// <summary>A needed revocation list was not given.</summary>
    public const string RevocationMissing = "crl.missing";

    /// <summary>A revocation list is not signed by its issuer, or its issuer may not sign one.</summary>
    public const string RevocationSignature = "crl.signature";

    /// <summary>A revocation list's next update is past.</summary>
    public const string RevocationOutdated = "crl.outdated";

    /// <summary>A revocation list was issued after the instant of verification.</summary>
    public const string RevocationNotYetValid = "crl.not-yet-valid";

    /// <summary>A certificate is revoked.</summary>
    public const string Revoked = "crl.revoked";
}
