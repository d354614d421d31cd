using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Mimir.Gateway.Errors;

namespace Mimir.Gateway.OpenAi;

/// <summary>The body of a request: one JSON object of bounded size and depth, in valid UTF-8, every name once.</summary>
internal static class RequestBody
{
    /// <summary>Deepest nesting; OpenAI's own requests need seven.</summary>
    public const int MaxDepth = 32;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>Reads it.</summary>
    /// <exception cref="ApiException">It is something else; says what and where.</exception>
    public static async Task<RequestFields> ReadAsync(HttpContext context, int longest)
    {
        var type = context.Request.ContentType?.Split(';')[0].Trim();
        if (!string.Equals(type, "application/json", StringComparison.OrdinalIgnoreCase))
            throw new ApiException(415, "invalid_request_error", "Content-Type: the body must be application/json", "content-type", "unsupported_media_type");
        if (context.Request.ContentLength > longest)
            throw new ApiException(413, "invalid_request_error", $"the body has {context.Request.ContentLength} bytes, and at most {longest} are allowed (gateway.max_body_kib)", null, "request_too_large");
        using var buffer = new MemoryStream();
        // A client that is gone ends the reading by itself, and a slow one is told so.
        await context.Request.Body.CopyToAsync(buffer, CancellationToken.None);
        return Parse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
    }

    /// <summary>Reads the fields of an object.</summary>
    /// <exception cref="ApiException">It is none.</exception>
    public static RequestFields Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty) throw Malformed("the body is empty; a JSON object is expected");
        if (!Utf8.IsValid(bytes.Span)) throw Malformed("the body is not valid UTF-8");
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new RequestFields(document.RootElement.Clone(), "")
                : throw Malformed($"the body is a JSON {RequestFields.Kind(document.RootElement)}, and a JSON object is expected");
        }
        catch (JsonException error)
        {
            throw Malformed($"the body is no valid JSON (line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}): {error.Message.Split(" LineNumber")[0]}");
        }
    }

    private static ApiException Malformed(string message) => new(400, "invalid_request_error", message, null, "invalid_json");
}
