namespace Mimir.Cli.Configuration;

/// <summary>What the gateway serves, and to whom (keys below <c>gateway</c>).</summary>
/// <param name="Listen">Address and port.</param>
/// <param name="Models">Directories; none: the shipped model.</param>
/// <param name="Keys">The file of API keys, or null.</param>
/// <param name="Certificate">For HTTPS, or null.</param>
/// <param name="CertificateKey">Its private key, or null.</param>
/// <param name="Hosts">Further names.</param>
/// <param name="CorsOrigins">Origins of other web pages.</param>
/// <param name="DefaultMaxTokens">Of an answer.</param>
/// <param name="MaxRequests">Sessions at once.</param>
/// <param name="MaxBodyKib">Of a request.</param>
/// <param name="KeepAliveSeconds">Silence before a comment.</param>
/// <param name="IdleSeconds">Of a connection.</param>
/// <param name="SlowSeconds">Of a slow client.</param>
/// <param name="LogitsToOwner">With public weights the logits come here.</param>
public sealed record GatewayConfig(
    string Listen, IReadOnlyList<string> Models, string? Keys, string? Certificate, string? CertificateKey, IReadOnlyList<string> Hosts, IReadOnlyList<string> CorsOrigins,
    int DefaultMaxTokens, int MaxRequests, int MaxBodyKib, int KeepAliveSeconds, int IdleSeconds, int SlowSeconds, bool LogitsToOwner)
{
    /// <summary>The items of a text with commas between them.</summary>
    internal static IReadOnlyList<string> Items(string? text) => text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
