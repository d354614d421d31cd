namespace Mimir.Trust.Attestation.Snp;

/// <summary>Bits of a report's platform information (SEV-SNP firmware ABI, table PLATFORM_INFO). Unknown bits are no error.</summary>
[Flags]
public enum SnpPlatform : ulong
{
    /// <summary>Simultaneous multithreading is on.</summary>
    Smt = 1UL << 0,

    /// <summary>Transparent memory encryption is on.</summary>
    Tsme = 1UL << 1,

    /// <summary>Memory has error correction.</summary>
    Ecc = 1UL << 2,

    /// <summary>Power measurements (RAPL) are off.</summary>
    RaplDisabled = 1UL << 3,

    /// <summary>Ciphertext hiding is on.</summary>
    CiphertextHiding = 1UL << 4,

    /// <summary>Memory aliasing was checked since the last reset, and none was found.</summary>
    AliasCheckComplete = 1UL << 5,

    /// <summary>Trusted input and output is on.</summary>
    TrustedIo = 1UL << 7,
}
