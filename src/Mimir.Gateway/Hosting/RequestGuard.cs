using System.Net;
using Microsoft.AspNetCore.Http;
using Mimir.Gateway.Errors;
using Mimir.Gateway.Keys;

namespace Mimir.Gateway.Hosting;

/// <summary>
/// What a request must be before anything else looks at it: for a host of this gateway (a name that somebody else points here is refused: DNS rebinding), from no
/// foreign web page unless it is allowed, and with a key where keys are asked for.
/// </summary>
internal sealed class RequestGuard
{
    private readonly ApiKeyGuard _keys;
    private readonly HashSet<string> _hosts;
    private readonly HashSet<string> _origins;

    /// <summary>Checks that the settings serve nobody but this machine without TLS and keys.</summary>
    /// <exception cref="ArgumentException">They do.</exception>
    /// <exception cref="InvalidDataException">The keys cannot be used.</exception>
    public RequestGuard(GatewaySettings settings)
    {
        if (!IPAddress.IsLoopback(settings.Listen.Address) && (settings.Certificate is null || settings.KeysFile is null))
            throw new ArgumentException(
                $"gateway.listen: {settings.Listen} is not loopback; prompts would cross the network readable, for everybody. Set gateway.tls_certificate, gateway.tls_key and gateway.keys, or listen on 127.0.0.1");
        if (settings.Certificate is null != settings.CertificateKey is null) throw new ArgumentException("gateway.tls_certificate and gateway.tls_key go together; set both or none");
        _keys = new ApiKeyGuard(settings.KeysFile);
        _hosts = new(settings.Hosts.Concat(Own(settings.Listen.Address)), StringComparer.OrdinalIgnoreCase);
        _origins = new(settings.CorsOrigins, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether the caller has shown a key, or none is asked for.</summary>
    public bool Knows(HttpContext context) => _keys.Knows(context);

    /// <summary>Passes a request on, or answers a browser's question whether it may ask.</summary>
    /// <exception cref="ApiException">The request is refused.</exception>
    public Task PassAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.XFrameOptions = "DENY";
        if (!_hosts.Contains(context.Request.Host.Host.Trim('[', ']')))
            throw new ApiException(403, "invalid_request_error", "Host: this gateway does not answer to that name; add it to gateway.hosts", "host", "host_not_allowed");
        if (AllowOrigin(context) && HttpMethods.IsOptions(context.Request.Method))
        {
            headers.AccessControlAllowMethods = "GET, POST, DELETE";
            headers.AccessControlAllowHeaders = "authorization, content-type";
            headers.AccessControlMaxAge = "600";
            context.Response.StatusCode = 204;
            context.Response.ContentLength = 0;
            return Task.CompletedTask;
        }
        if (IsGuarded(context.Request.Path)) _keys.Require(context);
        return next(context);
    }

    /// <summary>Whether the request comes from an allowed foreign page; the page is told that it may read the answer.</summary>
    /// <exception cref="ApiException">It comes from a foreign page that is not.</exception>
    private bool AllowOrigin(HttpContext context)
    {
        if (context.Request.Headers.Origin is not [{ } origin]) return false;
        if (_origins.Contains(origin))
        {
            context.Response.Headers.AccessControlAllowOrigin = origin;
            context.Response.Headers.Vary = "Origin";
            context.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
            return true;
        }
        if (origin == $"{context.Request.Scheme}://{context.Request.Host}") return false;
        throw new ApiException(403, "invalid_request_error", "Origin: web pages of other origins may not call this gateway; add the origin to gateway.cors_origins", "origin", "origin_not_allowed");
    }

    private static bool IsGuarded(PathString path) => path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/mimir", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Own(IPAddress address) => IPAddress.IsLoopback(address) ? ["localhost", "127.0.0.1", "::1", address.ToString()] : [address.ToString()];
}
