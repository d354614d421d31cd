namespace Mimir.Trust.Attestation.Snp;

/// <summary>Bits of a guest's policy (SEV-SNP firmware ABI, table Guest Policy).</summary>
[Flags]
public enum SnpGuestPolicy : ulong
{
    /// <summary>Simultaneous multithreading is allowed.</summary>
    SmtAllowed = 1UL << 16,

    /// <summary>A migration agent may be associated.</summary>
    MigrationAgent = 1UL << 18,

    /// <summary>The host may debug the guest: no confidentiality.</summary>
    Debug = 1UL << 19,

    /// <summary>The guest may run on one socket only.</summary>
    SingleSocket = 1UL << 20,

    /// <summary>CXL devices may hold its memory.</summary>
    CxlAllowed = 1UL << 21,

    /// <summary>Memory must be encrypted by AES-256 XTS.</summary>
    Aes256Xts = 1UL << 22,

    /// <summary>Power measurements (RAPL) must be off.</summary>
    RaplDisabled = 1UL << 23,

    /// <summary>Ciphertext must be hidden from the host.</summary>
    CiphertextHiding = 1UL << 24,

    /// <summary>Page swapping must be off.</summary>
    PageSwapDisabled = 1UL << 25,
}
