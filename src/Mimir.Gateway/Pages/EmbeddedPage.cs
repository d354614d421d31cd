using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mimir.Gateway.Pages;

/// <summary>The web page: the files of Page/, inside this assembly. Nothing is read from the disk, and the page may load nothing from anywhere else.</summary>
internal static class EmbeddedPage
{
    private const string Prefix = "Page/";

    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".ico"] = "image/x-icon",
        [".woff2"] = "font/woff2",
        [".json"] = "application/json; charset=utf-8",
        [".webmanifest"] = "application/manifest+json",
        [".txt"] = "text/plain; charset=utf-8",
    }.ToFrozenDictionary();

    /// <summary>Every file at its own path, index.html also at /.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var assembly = typeof(EmbeddedPage).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var path = "/" + resource[Prefix.Length..].Replace('\\', '/');
            var file = (Bytes: Read(assembly, resource), Type: Types.GetValueOrDefault(Path.GetExtension(path), "application/octet-stream"));
            routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], Serve);
            if (path == "/index.html") routes.MapMethods("/", [HttpMethods.Get, HttpMethods.Head], Serve);

            Task Serve(HttpContext context)
            {
                context.Response.ContentType = file.Type;
                context.Response.ContentLength = file.Bytes.Length;
                context.Response.Headers.ContentSecurityPolicy = Policy;
                context.Response.Headers.CacheControl = "no-cache";
                return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(file.Bytes, context.RequestAborted).AsTask();
            }
        }
    }

    private static byte[] Read(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
