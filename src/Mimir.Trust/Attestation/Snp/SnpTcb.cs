namespace Mimir.Trust.Attestation.Snp;

/// <summary>
/// Versions of the firmware's components. Milan and Genoa keep boot loader, TEE, SNP and microcode in bytes 0, 1, 6, 7; Turin keeps FMC, boot loader,
/// TEE, SNP and microcode in bytes 0, 1, 2, 3, 7 (SEV-SNP ABI, table TCB_VERSION).
/// </summary>
/// <param name="Fmc">FPGA-managed controller firmware, Turin only, else null.</param>
/// <param name="BootLoader">Boot loader.</param>
/// <param name="Tee">Trusted OS of the secure processor.</param>
/// <param name="Snp">SNP firmware.</param>
/// <param name="Microcode">Lowest microcode patch level of all cores.</param>
public sealed record SnpTcb(byte? Fmc, byte BootLoader, byte Tee, byte Snp, byte Microcode)
{
    /// <summary>Reads the 8 bytes of a line.</summary>
    public static SnpTcb Read(ReadOnlySpan<byte> bytes, SnpProduct product) => product == SnpProduct.Turin
        ? new SnpTcb(bytes[0], bytes[1], bytes[2], bytes[3], bytes[7])
        : new SnpTcb(null, bytes[0], bytes[1], bytes[6], bytes[7]);

    /// <summary>Whether the bytes without a meaning are zero.</summary>
    public static bool ReservedIsZero(ReadOnlySpan<byte> bytes, SnpProduct product) =>
        !bytes[(product == SnpProduct.Turin ? 4..7 : 2..6)].ContainsAnyExcept((byte)0);

    /// <summary>Whether no component is older than in <paramref name="minimum"/>; a component that only one of both has counts as older.</summary>
    public bool AtLeast(SnpTcb minimum) => (Fmc is null) == (minimum.Fmc is null) && (Fmc ?? 0) >= (minimum.Fmc ?? 0)
        && BootLoader >= minimum.BootLoader && Tee >= minimum.Tee && Snp >= minimum.Snp && Microcode >= minimum.Microcode;

    /// <summary>The components as claims <c>fmc</c> (Turin), <c>bl</c>, <c>tee</c>, <c>snp</c>, <c>ucode</c>.</summary>
    public ClaimFields Fields()
    {
        var fields = new ClaimFields();
        if (Fmc is { } fmc) fields.Add("fmc", (ulong)fmc);
        fields.Add("bl", (ulong)BootLoader);
        fields.Add("tee", (ulong)Tee);
        fields.Add("snp", (ulong)Snp);
        fields.Add("ucode", (ulong)Microcode);
        return fields;
    }
}
