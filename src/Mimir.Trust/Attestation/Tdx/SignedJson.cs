using System.Text.Json;

namespace Mimir.Trust.Attestation.Tdx;

/// <summary>
/// A JSON object of Intel's with its signature, which covers the exact bytes of the object as they were sent: they are kept, and what is read is read from them.
/// </summary>
internal sealed class SignedJson
{
    private const int DeepestLevel = 12;

    /// <summary>Keeps <paramref name="text"/> (the object, UTF-8) and <paramref name="signature"/> (r ‖ s on P-256, 64 bytes).</summary>
    /// <exception cref="RefusedException">The signature has another length, or the text is not one JSON object without duplicate keys.</exception>
    public SignedJson(byte[] text, byte[] signature)
    {
        if (signature.Length != 64) throw TdxCollateral.Malformed("A signature in the collateral does not have 64 bytes.");
        Text = text;
        Signature = signature;
        Root = Parse(text);
    }

    /// <summary>What is signed.</summary>
    public byte[] Text { get; }

    /// <summary>r ‖ s, each 32 bytes big-endian.</summary>
    public byte[] Signature { get; }

    /// <summary>The object.</summary>
    public JsonElement Root { get; }

    /// <summary>Text without the byte order mark that some editors put before it and the zero bytes that C programs leave after it; neither is signed.</summary>
    public static ReadOnlySpan<byte> WithoutMarks(ReadOnlySpan<byte> text) => (text.StartsWith("\uFEFF"u8) ? text[3..] : text).TrimEnd((byte)0);

    /// <summary>One JSON object, strictly: bounded depth, no duplicate keys, no comments, nothing after it.</summary>
    public static JsonElement Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = DeepestLevel, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw TdxCollateral.Malformed("JSON collateral must be an object.");
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw TdxCollateral.Malformed("JSON collateral is not valid JSON.");
        }
    }

    /// <summary>The bytes of the value of <paramref name="key"/> at the top level of the valid JSON object <paramref name="text"/>.</summary>
    public static byte[] Exact(ReadOnlySpan<byte> text, string key)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = DeepestLevel });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(key);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (found) return text[start..(int)reader.BytesConsumed].ToArray();
        }

        throw TdxCollateral.Malformed($"JSON collateral lacks {key}.");
    }
}
