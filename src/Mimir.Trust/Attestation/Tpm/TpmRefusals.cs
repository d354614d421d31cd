namespace Mimir.Trust.Attestation.Tpm;

/// <summary>Codes of refusals by the TPM verifier.</summary>
public static class TpmRefusals
{
    /// <summary>The quote is no TPMS_ATTEST of the type quote, or is malformed.</summary>
    public const string Quote = "tpm.quote";

    /// <summary>Exactly one signature is needed.</summary>
    public const string SignatureMissing = "tpm.signature-missing";

    /// <summary>The signature's form or algorithm is not understood, or does not fit the key.</summary>
    public const string SignatureForm = "tpm.signature-form";

    /// <summary>The quote is not signed by the attestation key.</summary>
    public const string Signature = "tpm.signature";

    /// <summary>No attestation key was given, or several.</summary>
    public const string KeyMissing = "tpm.key-missing";

    /// <summary>The attestation key is of a kind that is not accepted.</summary>
    public const string Key = "tpm.key";

    /// <summary>The register values are not those that were quoted.</summary>
    public const string PcrDigest = "tpm.pcr-digest";

    /// <summary>The quote's digest algorithm is not accepted.</summary>
    public const string Algorithm = "tpm.algorithm";
}
