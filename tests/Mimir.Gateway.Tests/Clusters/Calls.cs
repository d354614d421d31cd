using System.Net;
using System.Text;
using System.Text.Json;

namespace Mimir.Gateway.Tests.Clusters;

/// <summary>What tests ask of a gateway, without any client library between.</summary>
internal static class Calls
{
    public static HttpClient Http(this GatewayHost gateway) => new() { BaseAddress = gateway.Address, Timeout = TimeSpan.FromMinutes(2) };

    public static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(this HttpClient client, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(path, content, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement);
    }

    public static async Task<(HttpStatusCode Status, JsonElement Body)> ReadAsync(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement);
    }

    public static async Task<HttpResponseMessage> OpenStreamAsync(this HttpClient client, string path, string body, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    /// <summary>All lines of a stream.</summary>
    public static async Task<List<string>> LinesAsync(this HttpResponseMessage response)
    {
        var lines = new List<string>();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line) lines.Add(line);
        return lines;
    }

    /// <summary>The events of a stream's lines, without its end.</summary>
    public static JsonElement[] Events(this IEnumerable<string> lines) =>
        [.. lines.Where(l => l.StartsWith("data: {", StringComparison.Ordinal)).Select(l => JsonDocument.Parse(l[6..]).RootElement)];

    public static string Text(this JsonElement element, params string[] path)
    {
        foreach (var name in path) element = int.TryParse(name, out var index) ? element[index] : element.GetProperty(name);
        return element.ToString();
    }
}
