using System.Buffers.Binary;
using Mimir.Spdz;
using Mimir.Transport.Connections;

namespace Mimir.Transport.Meshes;

/// <summary>A round's message on the wire: payload length (4 bytes), round number from 0 (8 bytes), both big-endian, then the payload.</summary>
internal static class MeshFrame
{
    public const int HeaderLength = 12;

    public static void WriteHeader(Span<byte> destination, int length, long round)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, length);
        BinaryPrimitives.WriteInt64BigEndian(destination[4..], round);
    }

    /// <exception cref="MalformedMessageException">The header is not that of this round's message.</exception>
    public static void RequireHeader(ReadOnlySpan<byte> header, int length, long round, RemotePeer peer)
    {
        var theirLength = BinaryPrimitives.ReadUInt32BigEndian(header);
        var theirRound = BinaryPrimitives.ReadUInt64BigEndian(header[4..]);
        if (theirRound != (ulong)round)
            throw new MalformedMessageException($"{peer} sent a message numbered {theirRound} in round {round}.");
        if (theirLength != (uint)length)
            throw new MalformedMessageException($"{peer} sent {theirLength} bytes in round {round}, where {length} were due.");
    }
}
