using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Mimir.Gateway.Hosting;

/// <summary>Writes JSON.</summary>
internal static class JsonResponse
{
    /// <summary>The whole response; the status is what it was set to.</summary>
    public static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        context.Response.ContentLength = bytes.Length;
        // A client that is gone ends the writing by itself.
        return context.Response.Body.WriteAsync(bytes, CancellationToken.None).AsTask();
    }
}
