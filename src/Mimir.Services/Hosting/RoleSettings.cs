using System.Net;
using Mimir.Numerics.Threads;
using Mimir.Transport.Connections;
using Mimir.Services.Joining;
using Mimir.Transport.Limits;
using Mimir.Trust;
using Mimir.Trust.Revocations;

namespace Mimir.Services.Hosting;

/// <summary>What every role's process needs to know.</summary>
public record RoleSettings
{
    /// <summary>Directory of this process's certificate and keys.</summary>
    public required string Identity { get; init; }

    /// <summary>The certificate authority's ca.pem: whom to trust.</summary>
    public required string Authority { get; init; }

    /// <summary>Address to listen on, <c>host:port</c>; port 0 lets the system choose.</summary>
    public string Listen { get; init; } = "127.0.0.1:0";

    /// <summary>The coordinator's <c>host:port</c>; null when a supervisor tells it (<see cref="RoleEnvironment.Coordinator"/>).</summary>
    public string? Coordinator { get; init; }

    /// <summary>Name under which others reach this process; the listening address when not given.</summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>Seconds without a byte after which a peer counts as lost.</summary>
    public int StallSeconds { get; init; } = 120;

    /// <summary>The longest handshake, in seconds (configuration key <c>limits.handshake_seconds</c>).</summary>
    public int HandshakeSeconds { get; init; } = 10;

    /// <summary>What each port of this process grants to all peers and to one address (keys below <c>limits</c>).</summary>
    public ConnectionLimits Limits { get; init; } = new();

    /// <summary>Evidence: what this process shows, and what it demands.</summary>
    public AttestationSettings Attestation { get; init; } = new();

    /// <summary>Whom this process trusts: the authority, less what was revoked, with the evidence that the policy demands.</summary>
    /// <exception cref="InvalidDataException">A file is missing or unreadable; names it.</exception>
    public TrustAnchors OpenAnchors()
    {
        var anchors = new TrustAnchors(TrustAnchors.LoadCertificates(Authority))
        {
            Attestation = Attestation.Policy is { } policy ? PolicyFile.Open(policy) : null,
            Revocations = new RevocationRegister { File = Attestation.Revocations },
        };
        if (Attestation.Revocations is { } file && File.Exists(file)) RevocationFile.Accept(anchors, file);
        return anchors;
    }

    /// <summary>Node: what it demands of sessions' tokens.</summary>
    public PrivacyLimits Privacy { get; init; } = PrivacyLimits.None;

    /// <summary>Node and Triple Service: megabytes, a model, for rows that owners have asked to keep (configuration key <c>scheduler.prefix_cache</c>).</summary>
    public int PrefixMegabytes { get; init; } = 256;

    /// <summary>Node and Triple Service: threads among which large kernels are divided; 0: one a processor (configuration key <c>compute.threads</c>).</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Gives the process its <see cref="Threads"/>.</summary>
    internal void ShareThreads() => ThreadTeam.Share(Threads == 0 ? Environment.ProcessorCount : Threads);

    /// <summary>Reads certificate, keys and authority.</summary>
    /// <exception cref="InvalidDataException">A file is missing or unreadable, or the identity is for another role; names it.</exception>
    internal TlsSettings OpenTls(Role role)
    {
        var tls = OpenTls();
        if (tls.Identity.Role == role) return tls;
        tls.Identity.Dispose();
        tls.Anchors.Dispose();
        throw new InvalidDataException($"'{Identity}' is the identity of a {tls.Identity.Role.ToName()}, and this process is a {role.ToName()}; name another directory");
    }

    /// <summary>As the other one, whatever the identity's role is.</summary>
    /// <exception cref="InvalidDataException">A file is missing or unreadable; names it.</exception>
    internal TlsSettings OpenTls()
    {
        var identity = Trust.Identity.Load(Identity);
        return new TlsSettings
        {
            Identity = identity,
            Anchors = OpenAnchors(),
            StallTimeout = TimeSpan.FromSeconds(StallSeconds),
            HandshakeTimeout = TimeSpan.FromSeconds(HandshakeSeconds),
            Limits = Limits,
        };
    }

    /// <summary>The address to listen on.</summary>
    /// <exception cref="InvalidDataException">Not <c>address:port</c>.</exception>
    internal IPEndPoint Endpoint() => Endpoint("listen", Listen);

    /// <summary>The address to listen on that the configuration key <paramref name="key"/> gives.</summary>
    /// <exception cref="InvalidDataException">Not <c>address:port</c>.</exception>
    internal static IPEndPoint Endpoint(string key, string text) => IPEndPoint.TryParse(text, out var endpoint) && text.Contains(':', StringComparison.Ordinal)
        ? endpoint
        : throw new InvalidDataException($"{key}: '{text}' is no address and port, such as 127.0.0.1:7000");
}
