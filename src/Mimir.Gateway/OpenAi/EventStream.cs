using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mimir.Gateway.OpenAi;

/// <summary>Server-sent events (WHATWG HTML, section 9.2). Begins with the first thing that is written; one writer at a time.</summary>
internal sealed class EventStream(HttpContext context)
{
    private static readonly byte[] Data = [.. "data: "u8], End = [.. "\n\n"u8];

    /// <summary>Whether the client has been told that all is well so far.</summary>
    public bool HasStarted => context.Response.HasStarted;

    /// <summary>One event.</summary>
    public Task WriteAsync<T>(T value, JsonTypeInfo<T> type) => SendAsync([.. Data, .. JsonSerializer.SerializeToUtf8Bytes(value, type), .. End]);

    /// <summary>The event that ends a stream of OpenAI's.</summary>
    public Task DoneAsync() => SendAsync([.. "data: [DONE]\n\n"u8]);

    /// <summary>A comment: shows that the connection lives, and is no event. <paramref name="text"/> is ASCII without line breaks.</summary>
    public Task CommentAsync(string text) => SendAsync([.. ": "u8, .. System.Text.Encoding.ASCII.GetBytes(text), .. End]);

    private async Task SendAsync(byte[] bytes)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "text/event-stream; charset=utf-8";
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers["X-Accel-Buffering"] = "no";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        }
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
