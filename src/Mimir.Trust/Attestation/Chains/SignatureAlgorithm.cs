namespace Mimir.Trust.Attestation.Chains;

/// <summary>The signature algorithms that certificates and revocation lists may use. Which of them, each chain's rules say.</summary>
public enum SignatureAlgorithm
{
    /// <summary>Anything else; never verifies.</summary>
    Unknown,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256.</summary>
    RsaSha256,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-384.</summary>
    RsaSha384,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-512.</summary>
    RsaSha512,

    /// <summary>RSASSA-PSS with SHA-256, MGF1-SHA-256 and a salt of 32 bytes.</summary>
    RsaPssSha256,

    /// <summary>RSASSA-PSS with SHA-384, MGF1-SHA-384 and a salt of 48 bytes: all of AMD's.</summary>
    RsaPssSha384,

    /// <summary>RSASSA-PSS with SHA-512, MGF1-SHA-512 and a salt of 64 bytes.</summary>
    RsaPssSha512,

    /// <summary>ECDSA with SHA-256, DER signatures: all of Intel's.</summary>
    EcdsaSha256,

    /// <summary>ECDSA with SHA-384, DER signatures: all of AWS Nitro's.</summary>
    EcdsaSha384,

    /// <summary>ECDSA with SHA-512, DER signatures.</summary>
    EcdsaSha512,
}
