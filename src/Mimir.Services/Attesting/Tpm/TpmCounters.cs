namespace Mimir.Services.Attesting.Tpm;

/// <summary>
/// Counters in a TPM's non-volatile memory (TPM 2.0 Library, Part 3, 31): they only rise. One that is made anew begins above every counter that the chip ever had, so that
/// removing it does not set it back.
/// </summary>
internal static class TpmCounters
{
    private const ushort Size = 8;

    /// <summary>TPMA_NV: AUTHWRITE, COUNTER, AUTHREAD, NO_DA; the empty password authorises both.</summary>
    private const uint Attributes = 0x02040014;

    private const uint Written = 0x20000000;

    /// <summary>What an index is: a counter or not, whether it has counted, and the digest that was given when it was made (its authPolicy, which no command uses).</summary>
    public sealed record Index(bool IsCounter, bool IsWritten, byte[] Tag);

    /// <summary>The index at <paramref name="handle"/>; null when there is none. TPM2_GetCapability, TPM2_NV_ReadPublic.</summary>
    public static async Task<Index?> FindCounterAsync(this TpmConnection tpm, uint handle, CancellationToken cancellation)
    {
        var asked = new TpmWriter().UInt32(TpmNumbers.CapabilityHandles, handle, 1);
        if (FirstHandle(await tpm.CallAsync(TpmNumbers.GetCapability, asked, cancellation)) != handle) return null;
        return Describe(await tpm.CallAsync(TpmNumbers.NvReadPublic, new TpmWriter().UInt32(handle), cancellation));
    }

    /// <summary>Makes a counter. TPM2_NV_DefineSpace with the owner's authorisation.</summary>
    /// <param name="tpm">The TPM.</param>
    /// <param name="handle">Where.</param>
    /// <param name="tag">32 bytes that say what it counts.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task DefineCounterAsync(this TpmConnection tpm, uint handle, ReadOnlyMemory<byte> tag, CancellationToken cancellation)
    {
        var space = new TpmWriter().UInt32(handle).UInt16(TpmNumbers.Sha256).UInt32(Attributes).Sized(tag.Span).UInt16(Size);
        await tpm.CallAsync(TpmNumbers.NvDefineSpace, TpmNumbers.OwnerHierarchy, new TpmWriter().UInt16(0).Sized(space.ToArray()), cancellation);
    }

    /// <summary>TPM2_NV_Increment.</summary>
    public static Task IncrementAsync(this TpmConnection tpm, uint handle, CancellationToken cancellation) =>
        tpm.CallAsync(TpmNumbers.NvIncrement, handle, handle, new TpmWriter(), cancellation);

    /// <summary>TPM2_NV_Read of a counter that has counted.</summary>
    public static async Task<ulong> ReadCounterAsync(this TpmConnection tpm, uint handle, CancellationToken cancellation) =>
        Value(await tpm.CallAsync(TpmNumbers.NvRead, handle, handle, new TpmWriter().UInt16(Size, 0), cancellation));

    private static uint FirstHandle(byte[] answer)
    {
        var reader = new TpmReader(answer);
        _ = reader.Take(1);
        _ = reader.UInt32();
        return reader.UInt32() == 0 ? 0 : reader.UInt32();
    }

    private static Index Describe(byte[] answer)
    {
        var reader = new TpmReader(new TpmReader(answer).Sized());
        _ = reader.UInt32();
        _ = reader.UInt16();
        var attributes = reader.UInt32();
        var tag = reader.Sized().ToArray();
        return new((attributes & ~Written) == Attributes && reader.UInt16() == Size, (attributes & Written) != 0, tag);
    }

    private static ulong Value(byte[] answer)
    {
        var reader = new TpmReader(answer);
        _ = reader.UInt32();
        var value = reader.Sized();
        return value.Length == Size ? System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(value) : throw new AttestingException("The TPM answered with a counter that has not 8 bytes.");
    }
}
