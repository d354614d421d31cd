using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Numerics;

namespace Mimir.Services.Attesting.Tpm;

/// <summary>The few TPM 2.0 commands that a quote needs (TPM 2.0 Library, Part 3).</summary>
internal static class TpmCommands
{
    private const int DigestSize = 32;

    /// <summary>
    /// TPM2_CreatePrimary in the endorsement hierarchy: a restricted P-256 signing key. The same template gives the same key until the chip's
    /// endorsement seed changes, so nothing need be stored.
    /// </summary>
    public static async Task<TpmKey> CreateAttestationKeyAsync(this TpmConnection tpm, CancellationToken cancellation)
    {
        // fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, noDA, restricted, sign.
        const uint Attributes = 0x00050472;
        var template = new TpmWriter().UInt16(TpmNumbers.Ecc, TpmNumbers.Sha256).UInt32(Attributes).UInt16(0)
            .UInt16(TpmNumbers.Null, TpmNumbers.EcDsa, TpmNumbers.Sha256, TpmNumbers.NistP256, TpmNumbers.Null).UInt16(0, 0);
        var parameters = new TpmWriter().UInt16(4, 0, 0).Sized(template.ToArray()).UInt16(0).UInt32(0);
        return Created(await tpm.CallAsync(TpmNumbers.CreatePrimary, TpmNumbers.EndorsementHierarchy, parameters, cancellation));
    }

    /// <summary>TPM2_ReadPublic: a key that is there already, such as a provider's at 0x81000003.</summary>
    public static async Task<TpmKey> OpenKeyAsync(this TpmConnection tpm, uint handle, CancellationToken cancellation)
    {
        var answer = await tpm.CallAsync(TpmNumbers.ReadPublic, new TpmWriter().UInt32(handle), cancellation);
        return new(handle, new TpmReader(answer).Sized().ToArray(), IsTransient: false);
    }

    /// <summary>TPM2_FlushContext.</summary>
    public static async Task FlushAsync(this TpmConnection tpm, TpmKey key, CancellationToken cancellation)
    {
        if (key.IsTransient) await tpm.CallAsync(TpmNumbers.FlushContext, new TpmWriter().UInt32(key.Handle), cancellation);
    }

    /// <summary>TPM2_Quote over the selected SHA-256 registers; <paramref name="nonce"/> becomes extraData.</summary>
    public static async Task<(byte[] Attest, byte[] Signature)> QuoteAsync(
        this TpmConnection tpm, TpmKey key, ReadOnlyMemory<byte> nonce, uint selected, CancellationToken cancellation)
    {
        var parameters = new TpmWriter().Sized(nonce.Span).UInt16(TpmNumbers.Null).Registers(selected);
        return Quoted(await tpm.CallAsync(TpmNumbers.Quote, key.Handle, parameters, cancellation));
    }

    /// <summary>TPM2_PCR_Read, as often as it takes: the TPM gives at most eight values at a time.</summary>
    public static async Task<byte[]> ReadRegistersAsync(this TpmConnection tpm, uint selected, CancellationToken cancellation)
    {
        var values = new SortedDictionary<int, byte[]>();
        for (var wanted = selected; wanted != 0;)
        {
            var given = Values(await tpm.CallAsync(TpmNumbers.RegisterRead, new TpmWriter().Registers(wanted), cancellation), values);
            if ((given & wanted) == 0) throw new AttestingException("The TPM has no SHA-256 bank for the registers of attestation.tpm_registers; enable it in the firmware.");
            wanted &= ~given;
        }
        return [.. values.Values.SelectMany(v => v)];
    }

    private static TpmKey Created(byte[] answer)
    {
        var reader = new TpmReader(answer);
        var handle = reader.UInt32();
        _ = reader.UInt32();
        return new(handle, reader.Sized().ToArray(), IsTransient: true);
    }

    private static (byte[] Attest, byte[] Signature) Quoted(byte[] answer)
    {
        var reader = new TpmReader(answer);
        _ = reader.UInt32();
        var attest = reader.Sized().ToArray();
        var scheme = reader.UInt16();
        _ = reader.UInt16();
        return scheme switch
        {
            TpmNumbers.EcDsa => (attest, Der(reader.Sized(), reader.Sized())),
            TpmNumbers.RsaSsa => (attest, reader.Sized().ToArray()),
            _ => throw new AttestingException("The TPM signs quotes by a scheme that is neither ECDSA nor RSASSA."),
        };
    }

    private static byte[] Der(ReadOnlySpan<byte> r, ReadOnlySpan<byte> s)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(new BigInteger(r, isUnsigned: true, isBigEndian: true));
            writer.WriteInteger(new BigInteger(s, isUnsigned: true, isBigEndian: true));
        }
        return writer.Encode();
    }

    private static uint Values(byte[] answer, SortedDictionary<int, byte[]> values)
    {
        var reader = new TpmReader(answer);
        _ = reader.UInt32();
        if (reader.UInt32() != 1 || reader.UInt16() != TpmNumbers.Sha256) throw new AttestingException("The TPM answered with registers of another bank.");
        var map = reader.Take(reader.Take(1)[0]);
        if (map.Length > sizeof(uint)) throw new AttestingException("The TPM answered with more registers than were asked for.");
        Span<byte> word = stackalloc byte[sizeof(uint)];
        map.CopyTo(word);
        var given = BinaryPrimitives.ReadUInt32LittleEndian(word);
        if (reader.UInt32() < BitOperations.PopCount(given)) throw new AttestingException("The TPM answered with fewer values than registers.");
        for (var i = 0; i < 32; i++)
        {
            if ((given >> i & 1) == 0) continue;
            var value = reader.Sized();
            values[i] = value.Length == DigestSize ? value.ToArray() : throw new AttestingException("The TPM answered with a register that is no SHA-256 digest.");
        }
        return given;
    }
}
