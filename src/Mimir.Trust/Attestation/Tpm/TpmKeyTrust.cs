namespace Mimir.Trust.Attestation.Tpm;

/// <summary>Why a quote's attestation key may be believed to be a TPM's.</summary>
public enum TpmKeyTrust
{
    /// <summary>It was given beside the quote: whoever relies on it must know it, by its hash.</summary>
    Given,

    /// <summary>A certificate given with the quote certifies it, up to a root that the policy must know, by its hash.</summary>
    Certificate,

    /// <summary>An SEV-SNP report names it.</summary>
    SnpReport,
}
