using System.Formats.Cbor;

namespace Mimir.Trust.Attestation.Nitro;

/// <summary>
/// COSE_Sign1 with ES384 as Nitro makes it: [protected {1: -35}, unprotected {}, payload, signature (96)], untagged or with tag 18, and nothing around it.
/// Source: RFC 9052 section 4.2; AWS Nitro Enclaves, "Verifying the root of trust".
/// </summary>
/// <param name="Protected">The protected header, as signed.</param>
/// <param name="Payload">What is signed.</param>
/// <param name="Signature">r ‖ s, each 48 bytes big-endian.</param>
internal sealed record CoseSign1(byte[] Protected, byte[] Payload, byte[] Signature)
{
    private const int Algorithm = 1, Es384 = -35, SignatureLength = 96;
    private const CborTag Tag = (CborTag)18;

    /// <summary>Takes <paramref name="document"/> apart.</summary>
    /// <exception cref="RefusedException">Another structure or algorithm, or bytes before or after it.</exception>
    public static CoseSign1 Parse(ReadOnlyMemory<byte> document) => Cbor.Read(document, reader =>
    {
        if (reader.PeekState() == CborReaderState.Tag && reader.ReadTag() != Tag) throw Cbor.Malformed("The document has another tag than 18 (COSE_Sign1).");
        if (reader.ReadStartArray() is { } count and not 4) throw Cbor.Malformed($"COSE_Sign1 has 4 parts, not {count}.");
        var header = reader.ReadByteString();
        if (reader.ReadStartMap() is { } entries and not 0 || reader.PeekState() != CborReaderState.EndMap)
            throw Cbor.Malformed("The document carries unprotected headers.");
        reader.ReadEndMap();
        var payload = reader.ReadByteString();
        var signature = reader.ReadByteString();
        reader.ReadEndArray();
        CheckAlgorithm(header);
        if (signature.Length != SignatureLength) throw new RefusedException("nitro.signature", $"The signature has {signature.Length} bytes; ES384 has {SignatureLength}.");
        return new CoseSign1(header, payload, signature);
    });

    /// <summary>What the key signs: ["Signature1", protected, h'', payload].</summary>
    public byte[] ToBeSigned()
    {
        var writer = new CborWriter();
        writer.WriteStartArray(4);
        writer.WriteTextString("Signature1");
        writer.WriteByteString(Protected);
        writer.WriteByteString([]);
        writer.WriteByteString(Payload);
        writer.WriteEndArray();
        return writer.Encode();
    }

    private static void CheckAlgorithm(byte[] header)
    {
        var algorithm = Cbor.Read(header, reader =>
        {
            reader.ReadStartMap();
            var key = reader.ReadInt32();
            var value = reader.ReadInt32();
            if (key != Algorithm || reader.PeekState() != CborReaderState.EndMap) throw Cbor.Malformed("The protected header holds more than the algorithm.");
            reader.ReadEndMap();
            return value;
        });
        if (algorithm != Es384) throw new RefusedException("nitro.algorithm", $"The signature's algorithm is {algorithm}; only -35 (ES384) is accepted.");
    }
}
