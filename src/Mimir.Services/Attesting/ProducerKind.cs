namespace Mimir.Services.Attesting;

/// <summary>What makes a machine's evidence (configuration key <c>attestation.producer</c>).</summary>
public enum ProducerKind
{
    /// <summary>Nothing: the process shows its certificate only.</summary>
    None,

    /// <summary>Whatever this machine has, confidential machines before a TPM.</summary>
    Auto,

    /// <summary>The kernel's reports: SEV-SNP and TDX.</summary>
    ConfigfsTsm,

    /// <summary>The module of an AWS Nitro enclave.</summary>
    Nitro,

    /// <summary>A TPM 2.0.</summary>
    Tpm,

    /// <summary>The virtual TPM of a confidential machine in Azure (SEV-SNP).</summary>
    AzureVtpm,

    /// <summary>A laboratory's key: proves nothing.</summary>
    Simulated,
}
