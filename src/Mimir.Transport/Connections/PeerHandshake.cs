using System.Net.Sockets;
using Mimir.Spdz;
using Mimir.Trust;

namespace Mimir.Transport.Connections;

/// <summary>What both sides do between a TCP connection and a <see cref="PeerStream"/>: TLS, then one hello each way.</summary>
internal static class PeerHandshake
{
    /// <summary>Sets what every connection wants: no delay of small writes, and a probe that finds a machine that vanished.</summary>
    public static void Configure(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
    }

    /// <summary>The dialling side: sends <paramref name="mine"/>, and wants the same purpose and session back from the expected peer.</summary>
    public static async Task<PeerStream> DialAsync(
        Socket socket, string address, TlsSettings settings, Hello mine, DialRequest request, CancellationToken cancellation)
    {
        var (expectedRole, expectedName) = (request.ExpectedRole, request.ExpectedName);
        var (stream, plain, identity) = await SecureAsync(socket, settings, asServer: false, cancellation);
        identity?.Require(expectedRole, expectedName);
        if (identity is not null && request.ExpectedKey is { } key && !identity.SpkiSha256.Span.SequenceEqual(key.Span))
            throw new UntrustedPeerException($"{identity} has another key than the one that was described and examined.");
        await stream.WriteAsync(mine.ToBytes(), cancellation);
        await stream.FlushAsync(cancellation);
        var theirs = await ReadHelloAsync(stream, identity, cancellation);
        if (theirs.Role != expectedRole || expectedName is not null && theirs.Name != expectedName)
            throw new UntrustedPeerException($"Expected {expectedRole.ToName()}{(expectedName is null ? "" : $" '{expectedName}'")}, but the peer is {theirs.Role.ToName()} '{theirs.Name}'.");
        if (theirs.Purpose != mine.Purpose || theirs.Session != mine.Session)
            throw new MalformedMessageException($"{theirs.Role.ToName()} '{theirs.Name}' at {address} answered the greeting of another connection.");
        return new PeerStream(stream, plain, socket, new RemotePeer(theirs.Role, theirs.Name, address, identity), mine, settings);
    }

    /// <summary>The accepting side: takes the hello of a peer with one of <paramref name="accepted"/> roles and answers it.</summary>
    public static async Task<PeerStream> AcceptAsync(
        Socket socket, string address, TlsSettings settings, IReadOnlyCollection<Role> accepted, CancellationToken cancellation)
    {
        var (stream, plain, identity) = await SecureAsync(socket, settings, asServer: true, cancellation);
        var theirs = await ReadHelloAsync(stream, identity, cancellation);
        if (!accepted.Contains(theirs.Role))
            throw new UntrustedPeerException($"{theirs.Role.ToName()} '{theirs.Name}' has no business here; this port serves {string.Join(", ", accepted.Select(role => role.ToName()))}.");
        var mine = new Hello(theirs.Purpose, theirs.Session, settings.Identity.Role, settings.Identity.Name, null);
        await stream.WriteAsync(mine.ToBytes(), cancellation);
        await stream.FlushAsync(cancellation);
        return new PeerStream(stream, plain, socket, new RemotePeer(theirs.Role, theirs.Name, address, identity), theirs, settings);
    }

    private static async Task<(Stream Stream, SocketStream Plain, PeerIdentity? Peer)> SecureAsync(
        Socket socket, TlsSettings settings, bool asServer, CancellationToken cancellation)
    {
        var plain = new SocketStream(socket);
        if (settings.IsPlain) return (plain, plain, null);
        var (secured, peer) = await TlsEndpoint.AuthenticateAsync(plain, settings, asServer, cancellation);
        return (secured, plain, peer);
    }

    private static async Task<Hello> ReadHelloAsync(Stream stream, PeerIdentity? identity, CancellationToken cancellation)
    {
        var bytes = new byte[Hello.MaxLength];
        await stream.ReadExactlyAsync(bytes.AsMemory(0, Hello.HeadLength), cancellation);
        var length = Hello.HeadLength + Hello.NameLength(bytes.AsSpan(0, Hello.HeadLength));
        await stream.ReadExactlyAsync(bytes.AsMemory(Hello.HeadLength, length - Hello.HeadLength), cancellation);
        var hello = Hello.Parse(bytes.AsSpan(0, length));
        if (identity is not null && (hello.Role != identity.Role || hello.Name != identity.Name))
            throw new UntrustedPeerException($"The peer greets as {hello.Role.ToName()} '{hello.Name}', but its certificate is that of {identity}.");
        return hello;
    }
}
