namespace Mimir.Trust.Attestation.Snp;

/// <summary>Codes of refusals by the SNP verifier; chains have their own.</summary>
public static class SnpRefusals
{
    /// <summary>The report has another length than 0x4A0 bytes.</summary>
    public const string Length = "snp.length";

    /// <summary>A report version other than 2 to 5.</summary>
    public const string Version = "snp.version";

    /// <summary>A signature algorithm other than ECDSA P-384 with SHA-384.</summary>
    public const string Algorithm = "snp.algorithm";

    /// <summary>Bytes that the signature does not cover are not zero.</summary>
    public const string Unsigned = "snp.unsigned-bytes";

    /// <summary>The report carries no signature: the host masks the chip's key, or the guest asked for none.</summary>
    public const string NoSignature = "snp.no-signature";

    /// <summary>The report is not signed by the endorsed key.</summary>
    public const string Signature = "snp.signature";

    /// <summary>No certificate of a chip (VCEK) or of a cloud provider (VLEK) was given.</summary>
    public const string EndorsementMissing = "snp.endorsement-missing";

    /// <summary>The certificate's extensions cannot be read.</summary>
    public const string Endorsement = "snp.endorsement";

    /// <summary>The report says VCEK and the certificate is a VLEK, or the other way round.</summary>
    public const string Signer = "snp.signer";

    /// <summary>The processor line is unknown, or report, certificate and root name different ones.</summary>
    public const string Product = "snp.product";

    /// <summary>The certificate is for another version of the firmware than the report.</summary>
    public const string Tcb = "snp.tcb";

    /// <summary>The certificate is for another chip than the report.</summary>
    public const string ChipId = "snp.chip-id";

    /// <summary>The table of certificates is malformed.</summary>
    public const string CertificateTable = "snp.certificate-table";

    /// <summary>The report data is not the hash of the runtime data.</summary>
    public const string RuntimeData = "snp.runtime-data";
}
