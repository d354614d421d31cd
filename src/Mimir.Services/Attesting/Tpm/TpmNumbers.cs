namespace Mimir.Services.Attesting.Tpm;

/// <summary>Numbers from the TPM 2.0 Library, Part 2: algorithms (6.3), commands (6.5.2), handles (7.4).</summary>
internal static class TpmNumbers
{
    public const ushort Rsa = 0x0001, Sha256 = 0x000B, Null = 0x0010, RsaSsa = 0x0014, EcDsa = 0x0018, Ecc = 0x0023, NistP256 = 0x0003;

    public const uint CreatePrimary = 0x131, Quote = 0x158, FlushContext = 0x165, ReadPublic = 0x173, NvDefineSpace = 0x12A, NvIncrement = 0x134, NvRead = 0x14E, NvReadPublic = 0x169, GetCapability = 0x17A,
        RegisterRead = 0x17E, RegisterExtend = 0x182;

    /// <summary>The endorsement hierarchy: its primary keys depend on the chip's endorsement seed alone.</summary>
    public const uint EndorsementHierarchy = 0x4000000B;

    /// <summary>TPM_CAP_HANDLES.</summary>
    public const uint CapabilityHandles = 1;

    /// <summary>The owner hierarchy.</summary>
    public const uint OwnerHierarchy = 0x40000001;
}
