using Microsoft.AspNetCore.Http;
using Mimir.Client.Sampling;
using Mimir.Gateway.Hosting;
using Mimir.Spdz;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.Sealing;

namespace Mimir.Gateway.Errors;

/// <summary>Every failure leaves in OpenAI's shape, whoever noticed it: an endpoint, the router or the server.</summary>
internal static class ErrorShape
{
    /// <summary>The outermost step of every request.</summary>
    public static async Task GuardAsync(HttpContext context, RequestDelegate next, Action<string> log)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null } silent) await WriteAsync(context, OfStatus(context, silent.StatusCode));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody listens any more.
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            var told = Of(error);
            // An exception of somebody else's may repeat what it was given; where it came from says nothing of it.
            if (told.Status >= 500) log($"{context.Request.Path}: {told.Message}{(told.Status == 500 ? $" {error.StackTrace?.ReplaceLineEndings(" ")}" : "")}");
            await WriteAsync(context, told);
        }
    }

    /// <summary>What <paramref name="error"/> means to a client.</summary>
    public static ApiException Of(Exception error) => error switch
    {
        ApiException told => told,
        BadHttpRequestException { StatusCode: 413 } => new(413, "invalid_request_error", "the request's body is too long", null, "request_too_large"),
        BadHttpRequestException { StatusCode: 408 } => new(408, "invalid_request_error", "the request's body came too slowly", null, "request_timeout"),
        BadHttpRequestException bad => new(bad.StatusCode, "invalid_request_error", "the request is no HTTP that this gateway understands", null, "bad_request"),
        SessionFailedException { Kind: FailureKind.PeerMisbehaved } => Misbehaved(error),
        SessionFailedException { Kind: FailureKind.PeerLost } or PeerLostException => ApiException.Unavailable(error.Message, "party_unavailable"),
        SessionFailedException { Kind: FailureKind.RunFailed } => new(502, "server_error", error.Message, null, "session_failed"),
        SessionFailedException { Kind: FailureKind.Usage } => new(400, "invalid_request_error", error.Message, null, "refused_by_cluster"),
        UntrustedPeerException => new(503, "service_unavailable", $"{error.Message} Nothing was sent.", null, "untrusted_party") { MayRetry = false },
        ProtocolViolation or SealBrokenException => Misbehaved(error),
        SamplingRefusedException refused => ApiException.Field(refused.Field, refused.Message, "unsupported_parameter"),
        ArgumentException => new(400, "invalid_request_error", error.Message, null, "refused_by_cluster"),
        _ => new(500, "server_error", $"the gateway failed ({error.GetType().Name}); its log says more", null, "internal_error"),
    };

    /// <summary>Writes the error as the whole response.</summary>
    public static async Task WriteAsync(HttpContext context, ApiException error)
    {
        context.Response.StatusCode = error.Status;
        if (error.RetryAfter is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (!error.MayRetry) context.Response.Headers["x-should-retry"] = "false";
        await JsonResponse.WriteAsync(context, error.Body, GatewayJson.Default.ErrorBody);
    }

    private static ApiException Misbehaved(Exception error) => new(502, "peer_misbehaved", error.Message, null, "peer_misbehaved") { MayRetry = false };

    private static ApiException OfStatus(HttpContext context, int status) => status switch
    {
        404 => ApiException.NotFound($"there is no {context.Request.Method} {context.Request.Path} here; docs/gateway.md lists what there is"),
        405 => new(405, "invalid_request_error", $"{context.Request.Method} is not allowed at {context.Request.Path}; use {context.Response.Headers.Allow}", null, "method_not_allowed"),
        _ => new(status, "invalid_request_error", "the request was refused", null, null),
    };
}
