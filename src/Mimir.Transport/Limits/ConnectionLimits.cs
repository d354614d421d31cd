namespace Mimir.Transport.Limits;

/// <summary>What one port grants to all peers together and to one remote address (an IPv4 address, or an IPv6 network of 64 bits).</summary>
public sealed record ConnectionLimits
{
    /// <summary>Open connections in all, those whose handshake has not finished included (configuration key <c>limits.connections</c>).</summary>
    public int Connections { get; init; } = 256;

    /// <summary>Open connections from one address (<c>limits.connections_per_address</c>).</summary>
    public int ConnectionsPerAddress { get; init; } = 128;

    /// <summary>Handshakes at a time. One more drops the oldest of them, so that whoever only holds connections open holds nobody up.</summary>
    public int Handshakes { get; init; } = 64;

    /// <summary>
    /// Failed handshakes of one address within a minute, and at once after a quiet one; beyond them its connections are closed unanswered until
    /// the minute's share has come back (<c>limits.failed_handshakes_per_minute</c>).
    /// </summary>
    public int FailedHandshakesPerMinute { get; init; } = 60;

    /// <summary>Calls a second that one gRPC connection may begin; ten seconds' worth may come at once (<c>limits.calls_per_second</c>).</summary>
    public int CallsPerSecond { get; init; } = 100;

    /// <summary>
    /// Calls for challenges, certificates and revocation lists that one peer may make within a minute, and at once after a quiet one; a registration is two of them
    /// (<c>limits.registrations_per_minute</c>).
    /// </summary>
    public int RegistrationsPerMinute { get; init; } = 12;

    /// <summary>The same calls of all peers of one address (<c>limits.registrations_per_address</c>).</summary>
    public int RegistrationsPerAddress { get; init; } = 240;

    /// <summary>How long a gRPC connection without calls, or a binary one that nobody awaits, is kept (<c>limits.idle_seconds</c>).</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a gRPC peer may take to begin sending or reading a message at no less than 240 bytes a second (<c>limits.slow_seconds</c>).</summary>
    public TimeSpan Slow { get; init; } = TimeSpan.FromSeconds(30);
}
