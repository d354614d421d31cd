using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mimir.Trust.Audit;

/// <summary>
/// One line of a log: <c>BODY,"hash":"H","signature":"S"}</c>, where BODY = <c>{"sequence":…,"time":…,"kind":…,"fields":{…},"previous":"H of the line before"</c>,
/// H = SHA-256("mimir audit entry v1\n" ‖ BODY) in hexadecimal and S = base64 of ECDSA P-256 over H (r ‖ s). Together one JSON object.
/// </summary>
internal sealed record AuditLine(AuditEntry Entry, byte[] Previous, byte[] Hash, byte[] Signature)
{
    /// <summary>The longest line without its line break, in bytes.</summary>
    public const int Longest = 64 * 1024;

    private const int SignatureLength = 64;
    private const int LargestList = 256;
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdef"u8);
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static ReadOnlySpan<byte> Domain => "mimir audit entry v1\n"u8;
    private static ReadOnlySpan<byte> HashStart => ",\"hash\":\""u8;
    private static ReadOnlySpan<byte> SignatureStart => "\",\"signature\":\""u8;
    private static ReadOnlySpan<byte> End => "\"}"u8;
    private static int TailLength => HashStart.Length + 64 + SignatureStart.Length + 88 + End.Length;

    /// <summary>What stands before the first entry.</summary>
    public static byte[] Genesis => new byte[SHA256.HashSizeInBytes];

    /// <summary>The line of a new entry, without a line break, and its hash.</summary>
    public static (byte[] Line, byte[] Hash) Write(long sequence, DateTimeOffset time, AuditEvent entry, ReadOnlySpan<byte> previous, ECDsa key)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            writer.WriteStartObject();
            writer.WriteNumber("sequence", sequence);
            writer.WriteString("time", time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
            writer.WriteString("kind", entry.Kind);
            writer.WriteStartObject("fields");
            foreach (var (name, value) in entry.Fields) WriteField(writer, name, value);
            writer.WriteEndObject();
            writer.WriteString("previous", Convert.ToHexStringLower(previous));
            writer.WriteEndObject();
        }
        var body = buffer.GetBuffer().AsSpan(0, (int)buffer.Length - 1);
        var hash = HashOf(body);
        byte[] line =
        [
            .. body, .. HashStart, .. Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash)), .. SignatureStart,
            .. Encoding.ASCII.GetBytes(Convert.ToBase64String(key.SignHash(hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))), .. End,
        ];
        return line.Length <= Longest ? (line, hash) : throw new ArgumentException($"An audit entry of {line.Length} bytes is too long.", nameof(entry));
    }

    /// <summary>Reads a line and checks that its hash is its own; not its place and not its signature. Null when it is no such line.</summary>
    public static AuditLine? Read(ReadOnlySpan<byte> line)
    {
        if (line.Length <= TailLength || line.Length > Longest) return null;
        var body = line[..^TailLength];
        var tail = line[^TailLength..];
        if (!tail.StartsWith(HashStart) || !tail.EndsWith(End) || !tail[(HashStart.Length + 64)..].StartsWith(SignatureStart)) return null;
        var signature = new byte[SignatureLength + 2];
        if (!TryHex(tail.Slice(HashStart.Length, 64), out var hash) || !hash.AsSpan().SequenceEqual(HashOf(body))) return null;
        var base64 = Encoding.Latin1.GetString(tail.Slice(HashStart.Length + 64 + SignatureStart.Length, 88));
        // One spelling only: the last digit has four bits that say nothing.
        if (!Convert.TryFromBase64Chars(base64, signature, out var length) || length != SignatureLength || Convert.ToBase64String(signature, 0, length) != base64) return null;
        try
        {
            return ReadBody([.. body, (byte)'}']) is var (entry, previous) ? new AuditLine(entry, previous, hash, signature[..SignatureLength]) : null;
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[] HashOf(ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Domain);
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    private static void WriteField(Utf8JsonWriter writer, string name, object value)
    {
        switch (value)
        {
            case string text:
                writer.WriteString(name, Require(text));
                break;
            case long number:
                writer.WriteNumber(name, number);
                break;
            case IReadOnlyList<string> { Count: <= LargestList } texts:
                writer.WriteStartArray(name);
                foreach (var text in texts) writer.WriteStringValue(Require(text));
                writer.WriteEndArray();
                break;
            default:
                throw new ArgumentException($"The audit field '{name}' is neither text, nor number, nor a list of at most {LargestList} texts.", nameof(value));
        }
    }

    private static string Require(string text) => AuditText.IsValid(text) ? text : throw new ArgumentException("A text with characters that an audit log does not take.", nameof(text));

    private static (AuditEntry Entry, byte[] Previous)? ReadBody(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
        if (!Named(ref reader, "sequence") || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var sequence) || sequence < 0) return null;
        if (!Named(ref reader, "time") || !DateTimeOffset.TryParseExact(reader.GetString(), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return null;
        if (!Named(ref reader, "kind") || reader.GetString() is not { } kind || !AuditEvent.Kinds.Contains(kind)) return null;
        if (!Named(ref reader, "fields") || reader.TokenType != JsonTokenType.StartObject) return null;
        var fields = new List<AuditField>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!AuditText.IsValid(name) || fields.Count == LargestList || !reader.Read() || Value(ref reader) is not { } value) return null;
            fields.Add(new AuditField(name, value));
        }
        if (!Named(ref reader, "previous") || !TryHex(reader.ValueSpan, out var previous)) return null;
        return reader.Read() && reader.TokenType == JsonTokenType.EndObject && !reader.Read() ? (new AuditEntry(sequence, time, kind, fields), previous) : null;
    }

    private static bool Named(ref Utf8JsonReader reader, string name) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(name) && reader.Read();

    private static object? Value(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String) return Text(ref reader);
        if (reader.TokenType == JsonTokenType.Number) return reader.TryGetInt64(out var number) ? number : null;
        if (reader.TokenType != JsonTokenType.StartArray) return null;
        var texts = new List<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            if (texts.Count == LargestList || Text(ref reader) is not { } text) return null;
            texts.Add(text);
        }
        return reader.TokenType == JsonTokenType.EndArray ? texts : null;
    }

    private static string? Text(ref Utf8JsonReader reader) => reader.GetString() is { } text && AuditText.IsValid(text) ? text : null;

    private static bool TryHex(ReadOnlySpan<byte> digits, out byte[] bytes)
    {
        bytes = new byte[SHA256.HashSizeInBytes];
        if (digits.Length != 64 || digits.ContainsAnyExcept(HexDigits)) return false;
        bytes = Convert.FromHexString(Encoding.ASCII.GetString(digits));
        return true;
    }
}
