using System.Net;
using Mimir.Client;
using Mimir.Transport.Connections;

namespace Mimir.Gateway;

/// <summary>What a gateway needs to know. It runs beside the data owner whose identity it has.</summary>
public sealed record GatewaySettings
{
    /// <summary>The data owner's certificate and keys, and whom it trusts.</summary>
    public required TlsSettings Tls { get; init; }

    /// <summary>The coordinator's host.</summary>
    public required string CoordinatorHost { get; init; }

    /// <summary>The coordinator's port.</summary>
    public required int CoordinatorPort { get; init; }

    /// <summary>Directories with config.json and tokenizer of the models to offer, at least one; the first is the page's default.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Where to listen for HTTP; anything but loopback needs <see cref="Certificate"/> and <see cref="KeysFile"/>.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 8080);

    /// <summary>The page's and API's own certificate with its chain, PEM; null: plain HTTP, on loopback only.</summary>
    public string? Certificate { get; init; }

    /// <summary>The private key of <see cref="Certificate"/>, PEM.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>The file of API keys; null: none are asked for, on loopback only.</summary>
    public string? KeysFile { get; init; }

    /// <summary>Names beside the listening address and localhost under which requests may come (Host header).</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Origins of other web pages that may call this gateway, such as https://notes.example; none by default.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    /// <summary>
    /// Number formats, padding and dealing of every session; parties, weights and lengths come from the cluster and the request. That the logits come to the owner counts where
    /// the cluster holds public weights.
    /// </summary>
    public GenerationOptions Generation { get; init; } = new();

    /// <summary>Temperature of requests that name none.</summary>
    public double DefaultTemperature { get; init; } = 1;

    /// <summary>Tokens for chat requests that name no limit, where the context holds as many.</summary>
    public int DefaultMaxTokens { get; init; } = 128;

    /// <summary>Longest body of a request, in bytes.</summary>
    public int MaxBody { get; init; } = 1 << 20;

    /// <summary>Most requests that generate at once; one more is answered with 429.</summary>
    public int MaxRequests { get; init; } = 8;

    /// <summary>Silence on a stream after which a comment is sent, so that nobody between takes it for dead.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection without a request is kept.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a client may send or read slower than 240 bytes a second.</summary>
    public TimeSpan Slow { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Told one line for the log; never text of a prompt or an answer.</summary>
    public Action<string> Log { get; init; } = _ => { };
}
