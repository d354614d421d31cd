namespace Mimir.Services.Attesting.Tpm;

/// <summary>Reading a TPM's non-volatile storage (TPM 2.0 Library, Part 3, section 31), by the owner's empty password.</summary>
internal static class TpmStorage
{
    private const int Piece = 1024;
    private const int Largest = 16 * 1024;

    /// <summary>TPM2_NV_ReadPublic, then TPM2_NV_Read as often as it takes: the whole of one index.</summary>
    /// <exception cref="AttestingException">There is no such index, it is larger than 16 KiB, or the TPM refuses.</exception>
    public static async Task<byte[]> ReadIndexAsync(this TpmConnection tpm, uint index, CancellationToken cancellation)
    {
        var size = SizeOf(await tpm.CallAsync(TpmNumbers.NvReadPublic, new TpmWriter().UInt32(index), cancellation));
        if (size > Largest) throw new AttestingException($"The TPM's index 0x{index:X8} has {size} bytes; at most {Largest} are read.");
        var content = new List<byte>();
        while (content.Count < size)
        {
            var wanted = Math.Min(Piece, size - content.Count);
            var parameters = new TpmWriter().UInt16((ushort)wanted, (ushort)content.Count);
            var piece = Data(await tpm.CallAsync(TpmNumbers.NvRead, TpmNumbers.OwnerHierarchy, index, parameters, cancellation));
            if (piece.Length != wanted) throw new AttestingException($"The TPM gave {piece.Length} bytes of index 0x{index:X8} where {wanted} were asked for.");
            content.AddRange(piece);
        }
        return [.. content];
    }

    /// <summary>TPMS_NV_PUBLIC: index, name hash, attributes, policy, size.</summary>
    private static int SizeOf(byte[] answer)
    {
        var reader = new TpmReader(new TpmReader(answer).Sized());
        _ = reader.UInt32();
        _ = reader.UInt16();
        _ = reader.UInt32();
        _ = reader.Sized();
        return reader.UInt16();
    }

    private static byte[] Data(byte[] answer)
    {
        var reader = new TpmReader(answer);
        _ = reader.UInt32();
        return reader.Sized().ToArray();
    }
}
