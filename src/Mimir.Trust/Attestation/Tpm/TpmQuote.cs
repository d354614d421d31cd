using System.Buffers.Binary;

namespace Mimir.Trust.Attestation.Tpm;

/// <summary>
/// TPMS_ATTEST of the type quote (TCG TPM 2.0 Library, Part 2, section 10.12): magic FF544347h, type 8018h, signer, extraData, clock, firmware, selection,
/// pcrDigest; big-endian. The magic is what a restricted key refuses to sign for anybody but the TPM itself.
/// </summary>
public sealed class TpmQuote
{
    private const uint Generated = 0xFF544347;
    private const ushort QuoteType = 0x8018;
    private const int LongestName = 68;
    private const int LongestExtraData = 66;
    private const int LongestDigest = 64;
    private const int MostSelections = 8;
    private const int MostSelectBytes = 4;

    private TpmQuote(ReadOnlyMemory<byte> signed) => Signed = signed;

    /// <summary>All bytes: they are what is signed.</summary>
    public ReadOnlyMemory<byte> Signed { get; }

    /// <summary>Qualified name of the signing key.</summary>
    public required ReadOnlyMemory<byte> QualifiedSigner { get; init; }

    /// <summary>The caller's qualifying data: the nonce.</summary>
    public required ReadOnlyMemory<byte> ExtraData { get; init; }

    /// <summary>Milliseconds for which the TPM has been powered.</summary>
    public required ulong Clock { get; init; }

    /// <summary>Resets since the TPM was last cleared.</summary>
    public required uint ResetCount { get; init; }

    /// <summary>Restarts since the last reset.</summary>
    public required uint RestartCount { get; init; }

    /// <summary>The clock was not set back since it was last stored.</summary>
    public required bool IsClockSafe { get; init; }

    /// <summary>The vendor's firmware version.</summary>
    public required ulong FirmwareVersion { get; init; }

    /// <summary>What was quoted, in the order of the digest.</summary>
    public required IReadOnlyList<PcrSelection> Selections { get; init; }

    /// <summary>Hash of the concatenated register values, by the signature's hash.</summary>
    public required ReadOnlyMemory<byte> PcrDigest { get; init; }

    /// <summary>Bytes of all quoted values.</summary>
    public int ValuesLength => Selections.Sum(s => s.Registers.Count * s.Bank.Length());

    /// <summary>Whether <paramref name="bytes"/> begin as a statement of a TPM.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.Length >= 6 && BinaryPrimitives.ReadUInt32BigEndian(bytes) == Generated;

    /// <summary>Reads a quote that fills <paramref name="bytes"/> exactly; null if it is none.</summary>
    public static TpmQuote? TryRead(ReadOnlyMemory<byte> bytes)
    {
        var reader = new BigEndianReader(bytes);
        if (reader.U32() != Generated || reader.U16() != QuoteType) return null;
        var signer = reader.Sized(LongestName);
        var extraData = reader.Sized(LongestExtraData);
        var (clock, resets, restarts, safe) = (reader.U64(), reader.U32(), reader.U32(), reader.U8());
        var firmware = reader.U64();
        if (safe > 1 || Select(ref reader) is not { } selections) return null;
        var digest = reader.Sized(LongestDigest);
        if (!reader.EndedWell) return null;
        return new TpmQuote(bytes)
        {
            QualifiedSigner = signer,
            ExtraData = extraData,
            Clock = clock,
            ResetCount = resets,
            RestartCount = restarts,
            IsClockSafe = safe == 1,
            FirmwareVersion = firmware,
            Selections = selections,
            PcrDigest = digest,
        };
    }

    private static List<PcrSelection>? Select(ref BigEndianReader reader)
    {
        var count = reader.U32();
        if (count > MostSelections) return null;
        var selections = new List<PcrSelection>();
        for (var i = 0; i < count; i++)
        {
            var bank = (TpmHash)reader.U16();
            int size = reader.U8();
            if (size > MostSelectBytes || !Enum.IsDefined(bank)) return null;
            var bits = reader.Bytes(size);
            var registers = new List<int>();
            for (var r = 0; r < bits.Length * 8; r++)
                if ((bits.Span[r / 8] >> (r % 8) & 1) != 0) registers.Add(r);
            selections.Add(new PcrSelection(bank, registers));
        }

        return reader.Failed ? null : selections;
    }
}
