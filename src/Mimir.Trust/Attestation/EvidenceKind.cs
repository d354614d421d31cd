namespace Mimir.Trust.Attestation;

/// <summary>What produced a piece of evidence. The numbers are the codec's and never change.</summary>
public enum EvidenceKind : byte
{
    /// <summary>An AMD SEV-SNP attestation report.</summary>
    Snp = 1,

    /// <summary>An Intel TDX quote.</summary>
    Tdx = 2,

    /// <summary>An AWS Nitro attestation document.</summary>
    Nitro = 3,

    /// <summary>A TPM 2.0 quote: says what booted, not that memory is encrypted.</summary>
    Tpm = 4,

    /// <summary>A quote by Azure's virtual TPM, whose attestation key an SEV-SNP report names.</summary>
    AzureVtpm = 5,

    /// <summary>A signature by a laboratory's key: proves nothing about any machine.</summary>
    Simulated = 6,
}
