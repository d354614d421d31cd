namespace Mimir.Trust.Attestation.Tdx;

/// <summary>Codes of refusals by TDX quotes and Intel's collateral, beside those of certificate chains.</summary>
public static class TdxRefusals
{
    /// <summary>An SGX quote: of an enclave, not of a machine.</summary>
    public const string Sgx = "tdx.sgx";

    /// <summary>A version other than 4 and 5.</summary>
    public const string Version = "tdx.version";

    /// <summary>A TEE other than TDX.</summary>
    public const string TeeType = "tdx.tee-type";

    /// <summary>An attestation key other than ECDSA P-256.</summary>
    public const string KeyType = "tdx.key-type";

    /// <summary>A quoting enclave of another vendor.</summary>
    public const string Vendor = "tdx.vendor";

    /// <summary>A body that is no TD report.</summary>
    public const string BodyType = "tdx.body-type";

    /// <summary>A size that does not agree with what is there.</summary>
    public const string Size = "tdx.size";

    /// <summary>Bytes other than zero after the quote.</summary>
    public const string TrailingBytes = "tdx.trailing-bytes";

    /// <summary>Certification data of another type than QE report and PCK chain.</summary>
    public const string CertificationType = "tdx.certification-type";

    /// <summary>A PCK chain that is not strict PEM.</summary>
    public const string Chain = "tdx.chain";

    /// <summary>A leaf that is no PCK certificate of Intel's.</summary>
    public const string NotPck = "tdx.not-pck";

    /// <summary>A malformed extension of the PCK certificate.</summary>
    public const string PckExtension = "tdx.pck-extension";

    /// <summary>The attestation key did not sign the quote.</summary>
    public const string Signature = "tdx.signature";

    /// <summary>The quoting enclave's report does not name the attestation key.</summary>
    public const string QeBinding = "tdx.qe-binding";

    /// <summary>The PCK key did not sign the quoting enclave's report.</summary>
    public const string QeSignature = "tdx.qe-signature";

    /// <summary>Another quoting enclave than Intel's.</summary>
    public const string QeIdentity = "tdx.qe-identity";

    /// <summary>A TDX module that the TCB info does not know, or of another signer.</summary>
    public const string Module = "tdx.module";

    /// <summary>No TCB level covers the platform, the module or the quoting enclave.</summary>
    public const string TcbUnsupported = "tdx.tcb-unsupported";

    /// <summary>The TCB level is revoked.</summary>
    public const string TcbRevoked = "tdx.tcb-revoked";

    /// <summary>The event log is malformed or does not lead to the runtime registers.</summary>
    public const string EventLog = "tdx.event-log";

    /// <summary>Collateral that cannot be read.</summary>
    public const string CollateralMalformed = "collateral.malformed";

    /// <summary>TCB info or QE identity for this platform was not given.</summary>
    public const string CollateralMissing = "collateral.missing";

    /// <summary>TCB info or QE identity is not signed by Intel's TCB signing key.</summary>
    public const string CollateralSignature = "collateral.signature";

    /// <summary>TCB info or QE identity is past its next update.</summary>
    public const string CollateralOutdated = "collateral.outdated";

    /// <summary>TCB info or QE identity was issued after the instant of verification.</summary>
    public const string CollateralNotYetValid = "collateral.not-yet-valid";
}
