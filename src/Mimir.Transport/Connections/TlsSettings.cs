using Mimir.Transport.Limits;
using Mimir.Trust;

namespace Mimir.Transport.Connections;

/// <summary>How this process connects: who it is, whom it trusts, and how long it waits.</summary>
public sealed record TlsSettings
{
    /// <summary>This process's certificate and keys.</summary>
    public required Identity Identity { get; init; }

    /// <summary>The session's certificate authority.</summary>
    public required TrustAnchors Anchors { get; init; }

    /// <summary>Mutual TLS 1.3 (configuration key <c>tls.enabled</c>). False is refused unless <see cref="InsecureLab"/> is set.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Allows plain TCP for measurements in a lab: nobody proves who it is, and everything can be read on the way.</summary>
    public bool InsecureLab { get; init; }

    /// <summary>The longest that connecting, the TLS handshake and the greeting may take together.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest that one read or write may wait without progress before the peer counts as lost.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>What a port of this process grants to all peers and to one address.</summary>
    public ConnectionLimits Limits { get; init; } = new();

    /// <summary>Source of the present time for certificates and timeouts.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Whether connections are plain TCP.</summary>
    /// <exception cref="InvalidOperationException">TLS is off without the explicit permission.</exception>
    internal bool IsPlain => !Enabled && (InsecureLab
        ? true
        : throw new InvalidOperationException("tls.enabled is false: add --insecure-lab if this is a lab without secrets, or set it to true."));
}
