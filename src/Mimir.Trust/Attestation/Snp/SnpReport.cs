using System.Buffers.Binary;

namespace Mimir.Trust.Attestation.Snp;

/// <summary>
/// An SEV-SNP attestation report, 0x4A0 bytes, little-endian (SEV-SNP firmware ABI, table ATTESTATION_REPORT; versions 2 to 5). Fields as they stand;
/// nothing of it is proven until <see cref="SnpVerifier"/> says so.
/// </summary>
public sealed class SnpReport
{
    /// <summary>Bytes of every version's report.</summary>
    public const int Length = 0x4A0;

    private const int SignedLength = 0x2A0;
    private const int SignatureEnd = 0x330;
    private const int ScalarLength = 48;
    private const uint EcdsaP384Sha384 = 1;

    private readonly ReadOnlyMemory<byte> _bytes;

    private SnpReport(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>Format version, 2 to 5.</summary>
    public uint Version => U32(0x00);

    /// <summary>The guest's own security version, set at launch.</summary>
    public uint GuestSvn => U32(0x04);

    /// <summary>The guest's policy, see <see cref="SnpGuestPolicy"/>.</summary>
    public ulong Policy => U64(0x08);

    /// <summary>Family identifier from the launch's identity block, 16 bytes.</summary>
    public ReadOnlyMemory<byte> FamilyId => Bytes(0x10, 16);

    /// <summary>Image identifier from the launch's identity block, 16 bytes.</summary>
    public ReadOnlyMemory<byte> ImageId => Bytes(0x20, 16);

    /// <summary>Privilege level (0 highest, 3 lowest) that asked for the report; FFFFFFFFh when the host did.</summary>
    public uint Vmpl => U32(0x30);

    /// <summary>The platform's features, see <see cref="SnpPlatform"/>.</summary>
    public ulong PlatformInfo => U64(0x40);

    /// <summary>Key info: bit 0 an author key is given, bit 1 the chip's key is masked, bits 2 to 4 the signer.</summary>
    public uint KeyInfo => U32(0x48);

    /// <summary>64 bytes chosen by the guest.</summary>
    public ReadOnlyMemory<byte> ReportData => Bytes(0x50, 64);

    /// <summary>Measurement of the launched memory, SHA-384.</summary>
    public ReadOnlyMemory<byte> Measurement => Bytes(0x90, 48);

    /// <summary>32 bytes chosen by the host at launch.</summary>
    public ReadOnlyMemory<byte> HostData => Bytes(0xC0, 32);

    /// <summary>SHA-384 of the identity key, zero if none.</summary>
    public ReadOnlyMemory<byte> IdKeyDigest => Bytes(0xE0, 48);

    /// <summary>SHA-384 of the author key, zero if none.</summary>
    public ReadOnlyMemory<byte> AuthorKeyDigest => Bytes(0x110, 48);

    /// <summary>Identifies the guest's life, 32 bytes.</summary>
    public ReadOnlyMemory<byte> ReportId => Bytes(0x140, 32);

    /// <summary>Identifies the guest's migration agent, 32 bytes.</summary>
    public ReadOnlyMemory<byte> ReportIdMigrationAgent => Bytes(0x160, 32);

    /// <summary>CPUID family with the extended part, from version 3 on.</summary>
    public byte Family => _bytes.Span[0x188];

    /// <summary>CPUID model with the extended part, from version 3 on.</summary>
    public byte Model => _bytes.Span[0x189];

    /// <summary>CPUID stepping, from version 3 on.</summary>
    public byte Stepping => _bytes.Span[0x18A];

    /// <summary>Identifies the chip, 64 bytes (Turin: 8 and zeros); zero where the host masks it.</summary>
    public ReadOnlyMemory<byte> ChipId => Bytes(0x1A0, 64);

    /// <summary>TCB_VERSION at present, 8 bytes, see <see cref="SnpTcb"/>.</summary>
    public ReadOnlyMemory<byte> CurrentTcb => Bytes(0x38, 8);

    /// <summary>TCB_VERSION for which the signing key was derived.</summary>
    public ReadOnlyMemory<byte> ReportedTcb => Bytes(0x180, 8);

    /// <summary>TCB_VERSION below which the platform cannot be rolled back.</summary>
    public ReadOnlyMemory<byte> CommittedTcb => Bytes(0x1E0, 8);

    /// <summary>TCB_VERSION when the guest was launched or imported.</summary>
    public ReadOnlyMemory<byte> LaunchTcb => Bytes(0x1F0, 8);

    /// <summary>Firmware at present, for example <c>1.55.21</c>.</summary>
    public string CurrentFirmware => Firmware(0x1E8);

    /// <summary>Committed firmware.</summary>
    public string CommittedFirmware => Firmware(0x1EC);

    /// <summary>Mitigations in effect when the guest was launched, version 5.</summary>
    public ulong LaunchMitigations => U64(0x1F8);

    /// <summary>Mitigations in effect at present, version 5.</summary>
    public ulong CurrentMitigations => U64(0x200);

    /// <summary>The line, from family and model; null for version 2, which lacks them, and for unknown ones.</summary>
    public SnpProduct? Product => Version >= 3 ? SnpProducts.OfCpu(Family, Model) : null;

    /// <summary>The key that signed; null for a number without a meaning.</summary>
    public SnpSigner? Signer => (KeyInfo >> 2 & 7) is var number && Enum.IsDefined((SnpSigner)number) ? (SnpSigner)number : null;

    /// <summary>The signed bytes.</summary>
    public ReadOnlyMemory<byte> Signed => _bytes[..SignedLength];

    /// <summary>The signature as r ‖ s, big-endian, 96 bytes (IEEE P1363).</summary>
    public byte[] Signature()
    {
        var signature = new byte[2 * ScalarLength];
        _bytes.Span.Slice(0x2A0, ScalarLength).CopyTo(signature);
        _bytes.Span.Slice(0x2E8, ScalarLength).CopyTo(signature.AsSpan(ScalarLength));
        signature.AsSpan(0, ScalarLength).Reverse();
        signature.AsSpan(ScalarLength).Reverse();
        return signature;
    }

    /// <summary>Whether <paramref name="bytes"/> look like a report: length, version and signature algorithm.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.Length == Length
        && BinaryPrimitives.ReadUInt32LittleEndian(bytes) is >= 1 and <= 16 && BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x34..]) == EcdsaP384Sha384;

    /// <summary>Reads a report; null, with reasons, if its form is not understood.</summary>
    public static SnpReport? TryRead(ReadOnlyMemory<byte> bytes, Findings findings)
    {
        if (!findings.Require(bytes.Length == Length, SnpRefusals.Length, $"An SNP report has {Length} bytes; this has {bytes.Length}.")) return null;
        var report = new SnpReport(bytes);
        if (!findings.Require(report.Version is >= 2 and <= 5, SnpRefusals.Version, $"SNP reports of version {report.Version} are not understood; 2 to 5 are.")) return null;
        var algorithm = findings.Require(report.U32(0x34) == EcdsaP384Sha384, SnpRefusals.Algorithm, "The report is not signed by ECDSA P-384 with SHA-384.");
        var rest = bytes.Span;
        var clean = !rest[SignatureEnd..].ContainsAnyExcept((byte)0)
            && !rest[(0x2A0 + ScalarLength)..0x2E8].ContainsAnyExcept((byte)0) && !rest[(0x2E8 + ScalarLength)..SignatureEnd].ContainsAnyExcept((byte)0);
        findings.Require(clean, SnpRefusals.Unsigned, "Bytes of the report that no signature covers are not zero.");
        return algorithm ? report : null;
    }

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.Span[offset..]);

    private ulong U64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.Span[offset..]);

    private ReadOnlyMemory<byte> Bytes(int offset, int length) => _bytes.Slice(offset, length);

    private string Firmware(int offset) => $"{_bytes.Span[offset + 2]}.{_bytes.Span[offset + 1]}.{_bytes.Span[offset]}";
}
