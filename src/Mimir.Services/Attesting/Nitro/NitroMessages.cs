using System.Formats.Cbor;
using Mimir.Trust.Attestation;

namespace Mimir.Services.Attesting.Nitro;

/// <summary>
/// What passes between an enclave and <c>/dev/nsm</c>, CBOR (aws-nitro-enclaves-nsm-api): request <c>{"Attestation": {"user_data", "nonce", "public_key"}}</c>,
/// answer <c>{"Attestation": {"document"}}</c> or <c>{"Error": name}</c>.
/// </summary>
internal static class NitroMessages
{
    private const string Attestation = "Attestation", Document = "document", Failed = "Error";

    /// <summary>Asks for a document that carries the binding: nonce, public key, and SHA-512 as user data.</summary>
    public static byte[] Request(EvidenceBinding binding) => Request(("user_data", binding.Sha512), ("nonce", binding.Nonce), ("public_key", binding.PublicKeyInfo));

    /// <summary>Asks for a document that carries a public key, and a nonce where there is one.</summary>
    public static byte[] Request(ReadOnlyMemory<byte> publicKeyInfo, ReadOnlyMemory<byte> nonce) => Request(("user_data", default), ("nonce", nonce), ("public_key", publicKeyInfo));

    private static byte[] Request(params ReadOnlySpan<(string Name, ReadOnlyMemory<byte> Value)> fields)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(1);
        writer.WriteTextString(Attestation);
        writer.WriteStartMap(fields.Length);
        foreach (var (name, value) in fields)
        {
            writer.WriteTextString(name);
            if (value.IsEmpty) writer.WriteNull();
            else writer.WriteByteString(value.Span);
        }
        writer.WriteEndMap();
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>The document of an answer.</summary>
    /// <exception cref="AttestingException">The device refused, or the answer is none.</exception>
    public static byte[] ReadDocument(ReadOnlyMemory<byte> answer)
    {
        try
        {
            var reader = new CborReader(answer, CborConformanceMode.Lax);
            RequireMap(reader, 1);
            var kind = reader.ReadTextString();
            if (kind == Failed) throw new AttestingException($"The Nitro security module refuses: {Printable(reader.ReadTextString())}.");
            if (kind != Attestation) throw new CborContentException("another answer");
            RequireMap(reader, 1);
            if (reader.ReadTextString() != Document) throw new CborContentException("no document");
            var document = reader.ReadByteString();
            reader.ReadEndMap();
            reader.ReadEndMap();
            return reader.BytesRemaining == 0 ? document : throw new CborContentException("more than an answer");
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException)
        {
            throw new AttestingException($"The Nitro security module's answer cannot be read: {error.Message.TrimEnd('.')}.", error);
        }
    }

    private static void RequireMap(CborReader reader, int entries)
    {
        if (reader.ReadStartMap() is { } count && count != entries) throw new CborContentException($"a map of {count} entries where {entries} is due");
    }

    private static string Printable(string text) => string.Concat(text.Take(80).Where(char.IsAsciiLetterOrDigit));
}
