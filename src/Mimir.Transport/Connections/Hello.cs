using System.Buffers.Binary;
using System.Text;
using Mimir.Spdz;
using Mimir.Trust;

namespace Mimir.Transport.Connections;

/// <summary>
/// The first message in both directions of a binary connection, after TLS. Layout, big-endian: "MIMR" (4), version (1), purpose (1),
/// role (1), name length (1), session id (16), party index (2, 0xFFFF for none), name (ASCII). Under TLS, role and name must equal
/// the certificate's.
/// </summary>
/// <param name="Purpose">What the connection is for.</param>
/// <param name="Session">The session it belongs to.</param>
/// <param name="Role">The sender's role.</param>
/// <param name="Name">The sender's name.</param>
/// <param name="Index">The sender's number among the parties, when it is one.</param>
public sealed record Hello(Purpose Purpose, SessionId Session, Role Role, string Name, int? Index)
{
    /// <summary>Length of everything before the name.</summary>
    public const int HeadLength = 26;

    /// <summary>The longest hello.</summary>
    public const int MaxLength = HeadLength + PeerName.MaxLength;

    private const byte Version = 1;
    private const ushort NoIndex = 0xFFFF;
    private static ReadOnlySpan<byte> Magic => "MIMR"u8;

    /// <summary>The message's bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[HeadLength + Name.Length];
        Magic.CopyTo(bytes);
        bytes[4] = Version;
        bytes[5] = (byte)Purpose;
        bytes[6] = (byte)Role;
        bytes[7] = (byte)Name.Length;
        Session.WriteTo(bytes.AsSpan(8));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(24), Index is { } index ? (ushort)index : NoIndex);
        Encoding.ASCII.GetBytes(Name, bytes.AsSpan(HeadLength));
        return bytes;
    }

    /// <summary>How long the name after this head is.</summary>
    /// <exception cref="MalformedMessageException">The head is not one of this version.</exception>
    public static int NameLength(ReadOnlySpan<byte> head)
    {
        if (head.Length < HeadLength || !head.StartsWith(Magic))
            throw new MalformedMessageException("The peer does not greet as a Mimir process does; is the address that of another service?");
        if (head[4] != Version)
            throw new MalformedMessageException($"The peer speaks version {head[4]} of the greeting, this process version {Version}; install the same release on both.");
        if (head[7] is 0 or > PeerName.MaxLength)
            throw new MalformedMessageException($"The peer's greeting announces a name of {head[7]} bytes; 1 to {PeerName.MaxLength} are allowed.");
        return head[7];
    }

    /// <summary>Reads a whole hello.</summary>
    /// <exception cref="MalformedMessageException">Some field is out of its range.</exception>
    public static Hello Parse(ReadOnlySpan<byte> bytes)
    {
        var nameLength = NameLength(bytes);
        if (bytes.Length != HeadLength + nameLength) throw new MalformedMessageException("The peer's greeting has a wrong length.");
        var (purpose, role) = ((Purpose)bytes[5], (Role)bytes[6]);
        if (!Enum.IsDefined(purpose)) throw new MalformedMessageException($"The peer's greeting names purpose {bytes[5]}, which does not exist.");
        if (!Enum.IsDefined(role)) throw new MalformedMessageException($"The peer's greeting names role {bytes[6]}, which does not exist.");
        var name = Encoding.Latin1.GetString(bytes[HeadLength..]);
        if (!PeerName.IsValid(name)) throw new MalformedMessageException("The peer's greeting contains a name with characters that are not allowed.");
        var index = BinaryPrimitives.ReadUInt16BigEndian(bytes[24..]);
        return new(purpose, SessionId.FromBytes(bytes.Slice(8, SessionId.Size)), role, name, index == NoIndex ? null : index);
    }
}
