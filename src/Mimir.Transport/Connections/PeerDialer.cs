using System.Net.Sockets;
using Mimir.Spdz;
using Mimir.Trust;

namespace Mimir.Transport.Connections;

/// <summary>A connection to open.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="ExpectedRole">The role that must be at the other end.</param>
/// <param name="ExpectedName">Its name, where it matters which one.</param>
/// <param name="Purpose">What the connection is for.</param>
/// <param name="Session">The session it belongs to.</param>
/// <param name="Index">This process's number among the parties, when it is one.</param>
public sealed record DialRequest(
    string Host, int Port, Role ExpectedRole, string? ExpectedName, Purpose Purpose, SessionId Session, int? Index = null)
{
    /// <summary>How long to keep trying while nobody listens there yet; zero tries once.</summary>
    public TimeSpan RetryFor { get; init; }

    /// <summary>SHA-256 of the public key that the peer's certificate must have, where it matters: the one whose evidence was examined.</summary>
    public ReadOnlyMemory<byte>? ExpectedKey { get; init; }

    /// <summary>For example <c>party 'p1' at 10.0.0.2:7000</c>.</summary>
    public string Target => $"{ExpectedRole.ToName()}{(ExpectedName is null ? "" : $" '{ExpectedName}'")} at {Host}:{Port}";
}

/// <summary>Opens binary connections.</summary>
public static class PeerDialer
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Connects, verifies the peer and greets it.</summary>
    /// <exception cref="PeerLostException">It cannot be reached, or refused this connection; the message names it.</exception>
    /// <exception cref="UntrustedPeerException">Somebody else is there.</exception>
    /// <exception cref="MalformedMessageException">What is there does not speak this protocol.</exception>
    public static async Task<PeerStream> ConnectAsync(TlsSettings settings, DialRequest request, CancellationToken cancellation = default)
    {
        var started = settings.Clock.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await ConnectOnceAsync(settings, request, cancellation);
            }
            catch (SocketException error)
            {
                if (settings.Clock.GetElapsedTime(started) + pause > request.RetryFor)
                    throw new PeerLostException($"{request.Target} could not be reached: {error.Message}.", error);
            }

            await Task.Delay(pause, settings.Clock, cancellation);
        }
    }

    private static async Task<PeerStream> ConnectOnceAsync(TlsSettings settings, DialRequest request, CancellationToken cancellation)
    {
        var identity = settings.Identity;
        var hello = new Hello(request.Purpose, request.Session, identity.Role, identity.Name, request.Index);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var timeout = new CancellationTokenSource(settings.HandshakeTimeout, settings.Clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            PeerHandshake.Configure(socket);
            await socket.ConnectAsync(request.Host, request.Port, limit.Token);
            return await PeerHandshake.DialAsync(
                socket, $"{request.Host}:{request.Port}", settings, hello, request, limit.Token);
        }
        catch (Exception error)
        {
            socket.Dispose();
            if (error is OperationCanceledException && !cancellation.IsCancellationRequested)
                throw new PeerLostException($"{request.Target} did not answer within {settings.HandshakeTimeout.TotalSeconds:0.#} s.", error);
            if (error is IOException)
                throw new PeerLostException($"{request.Target} refused the connection or broke it off during the greeting: {error.InnerException?.Message ?? error.Message}.", error);
            if (error is UntrustedPeerException) throw new UntrustedPeerException($"{request.Host}:{request.Port}: {error.Message}");
            throw;
        }
    }
}
