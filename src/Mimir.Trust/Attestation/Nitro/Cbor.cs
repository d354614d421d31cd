using System.Formats.Cbor;

namespace Mimir.Trust.Attestation.Nitro;

/// <summary>Strict CBOR (RFC 8949): unique keys, valid text, one item that fills its bytes; definite and indefinite lengths.</summary>
internal static class Cbor
{
    /// <summary>Longest document that is read, bytes; the security module's answers have at most 16 KiB.</summary>
    public const int Longest = 32 * 1024;

    /// <summary>What <paramref name="read"/> takes from the one item in <paramref name="bytes"/>.</summary>
    /// <exception cref="RefusedException">Not CBOR, another type than is read, or bytes that are left.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> bytes, Func<CborReader, T> read)
    {
        if (bytes.Length > Longest) throw Malformed($"The document has {bytes.Length} bytes; at most {Longest} are read.");
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Strict, allowMultipleRootLevelValues: true);
            var result = read(reader);
            if (reader.BytesRemaining > 0) throw new RefusedException("nitro.trailing-bytes", $"{reader.BytesRemaining} bytes follow the end of the document.");
            return result;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException)
        {
            throw Malformed("The document is not the CBOR that it should be.");
        }
    }

    /// <summary>A refusal of the document's structure.</summary>
    public static RefusedException Malformed(string sentence) => new("nitro.malformed", sentence);
}
