using Mimir.Trust;

namespace Mimir.Transport.Connections;

/// <summary>Which incoming connection a waiter wants. Null means any.</summary>
/// <param name="Purpose">What it must be for.</param>
/// <param name="Session">Its session.</param>
/// <param name="Role">The peer's role.</param>
/// <param name="Name">The peer's name.</param>
/// <param name="Index">The peer's number among the parties.</param>
/// <param name="Key">SHA-256 of the public key that its certificate must have: the one whose evidence was examined.</param>
public sealed record AcceptFilter(
    Purpose Purpose, SessionId? Session = null, Role? Role = null, string? Name = null, int? Index = null, ReadOnlyMemory<byte>? Key = null)
{
    /// <summary>Whether <paramref name="stream"/> is wanted.</summary>
    public bool Matches(PeerStream stream) =>
        stream.Hello.Purpose == Purpose
        && (Session is null || stream.Hello.Session == Session)
        && (Role is null || stream.Peer.Role == Role)
        && (Name is null || stream.Peer.Name == Name)
        && (Index is null || stream.Hello.Index == Index)
        && (Key is not { } key || stream.Peer.Identity is not { } identity || identity.SpkiSha256.Span.SequenceEqual(key.Span));

    /// <summary>For messages: who was awaited.</summary>
    public override string ToString() => $"{Role?.ToName() ?? "a peer"}{(Name is null ? "" : $" '{Name}'")} ({Purpose.ToString().ToLowerInvariant()} connection)";
}
