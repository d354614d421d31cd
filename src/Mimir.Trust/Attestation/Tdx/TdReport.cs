namespace Mimir.Trust.Attestation.Tdx;

/// <summary>
/// The body of a TDX quote: what the TDX module says of one trust domain.  584 bytes (TDX 1.0) or 648 (1.5).
/// Source: Intel TDX DCAP quoting library API, appendix A.3.2 and A.3.3.
/// </summary>
public sealed class TdReport
{
    /// <summary>Bytes of a TDX 1.0 body.</summary>
    public const int Length10 = 584;

    /// <summary>Bytes of a TDX 1.5 body.</summary>
    public const int Length15 = 648;

    private readonly byte[] _bytes;

    /// <summary>Copies <paramref name="body"/>.</summary>
    /// <exception cref="ArgumentException">Neither 584 nor 648 bytes.</exception>
    public TdReport(ReadOnlySpan<byte> body)
    {
        if (body.Length is not (Length10 or Length15)) throw new ArgumentException($"A TD report has {Length10} or {Length15} bytes, not {body.Length}.");
        _bytes = body.ToArray();
    }

    /// <summary>Whether the fields of TDX 1.5 are there.</summary>
    public bool Is15 => _bytes.Length == Length15;

    /// <summary>16 security version numbers: [0] and [1] of the TDX module (minor, major), [2] of the microcode loaded late.</summary>
    public ReadOnlyMemory<byte> TeeTcbSvn => Field(0x000, 16);

    /// <summary>SHA-384 of the TDX module.</summary>
    public ReadOnlyMemory<byte> MrSeam => Field(0x010, 48);

    /// <summary>Signer of the TDX module; zero for Intel's.</summary>
    public ReadOnlyMemory<byte> MrSignerSeam => Field(0x040, 48);

    /// <summary>Attributes of the TDX module, 8 bytes.</summary>
    public ReadOnlyMemory<byte> SeamAttributes => Field(0x070, 8);

    /// <summary>Attributes of the trust domain, 8 bytes little-endian: bit 0 DEBUG, 28 SEPT_VE_DISABLE, 30 PKS, 63 PERFMON.</summary>
    public ReadOnlyMemory<byte> TdAttributes => Field(0x078, 8);

    /// <summary>Processor state components that are enabled, 8 bytes.</summary>
    public ReadOnlyMemory<byte> Xfam => Field(0x080, 8);

    /// <summary>SHA-384 of what the domain was built from.</summary>
    public ReadOnlyMemory<byte> MrTd => Field(0x088, 48);

    /// <summary>Configuration named by the host at the start.</summary>
    public ReadOnlyMemory<byte> MrConfigId => Field(0x0B8, 48);

    /// <summary>Owner named by the host at the start.</summary>
    public ReadOnlyMemory<byte> MrOwner => Field(0x0E8, 48);

    /// <summary>Configuration of the owner, named by the host at the start.</summary>
    public ReadOnlyMemory<byte> MrOwnerConfig => Field(0x118, 48);

    /// <summary>Run-time measurement register <paramref name="index"/>, 0 to 3.</summary>
    public ReadOnlyMemory<byte> Rtmr(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)index, 3u, nameof(index));
        return Field(0x148 + 48 * index, 48);
    }

    /// <summary>64 bytes that the domain chose: the binding.</summary>
    public ReadOnlyMemory<byte> ReportData => Field(0x208, 64);

    /// <summary>Version numbers of the module that runs now, after an update in place; empty in TDX 1.0.</summary>
    public ReadOnlyMemory<byte> TeeTcbSvn2 => Is15 ? Field(0x248, 16) : default;

    /// <summary>Measurement of the service domain that may migrate this one; zero when there is none, empty in TDX 1.0.</summary>
    public ReadOnlyMemory<byte> MrServiceTd => Is15 ? Field(0x258, 48) : default;

    /// <summary>DEBUG: the host may read and change the domain's memory.</summary>
    public bool IsDebug => AttributeBit(0);

    /// <summary>SEPT_VE_DISABLE: the host cannot inject exceptions by unmapping pages.</summary>
    public bool IsSeptVeDisabled => AttributeBit(28);

    private bool AttributeBit(int bit) => (_bytes[0x078 + bit / 8] >> (bit % 8) & 1) != 0;

    private ReadOnlyMemory<byte> Field(int offset, int length) => _bytes.AsMemory(offset, length);
}
