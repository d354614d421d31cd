namespace Mimir.Trust.Attestation;

/// <summary>What accompanies the body of <see cref="Evidence"/>. The numbers are the codec's and never change.</summary>
public enum EvidencePartKind : byte
{
    /// <summary>One X.509 certificate, DER.</summary>
    Certificate = 1,

    /// <summary>One X.509 revocation list, DER.</summary>
    RevocationList = 2,

    /// <summary>AMD's table of certificates, as the hypervisor hands it to the guest (GHCB specification, section 4.1.8.1).</summary>
    CertificateTable = 3,

    /// <summary>TPMS_ATTEST, where it is not the body (<see cref="EvidenceKind.AzureVtpm"/>).</summary>
    Quote = 4,

    /// <summary>Signature over the quote: TPMT_SIGNATURE, DER of an ECDSA signature, or the plain bytes of an RSA signature.</summary>
    Signature = 5,

    /// <summary>Public half of the TPM's attestation key, SubjectPublicKeyInfo in DER.</summary>
    AttestationKey = 6,

    /// <summary>Values of the quoted registers, concatenated in the order of the quote's selection.</summary>
    PcrValues = 7,

    /// <summary>The document whose hash the hardware signed, where it is not inside the body.</summary>
    RuntimeData = 8,

    /// <summary>A vendor's signed statement about versions, JSON as published (Intel TCB info, QE identity, or a bundle).</summary>
    Collateral = 9,

    /// <summary>Log of the measured events, from which runtime registers can be recomputed.</summary>
    EventLog = 10,
}
