using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;
using Mimir.Overlay.Keys;
using Mimir.Overlay.Uapi;

namespace Mimir.Overlay.Tools;

/// <summary>
/// Reads what <c>wg show NAME dump</c> prints: a line for the interface (private key, public key, port, mark), then one for each peer (key, preshared key, endpoint, addresses,
/// last handshake, bytes received and sent, keep-alive), tabs between. Source: wg(8).
/// </summary>
internal static class WgDumpReader
{
    /// <summary>The longest text, in bytes.</summary>
    public const int MaxLength = UapiReader.MaxLength;

    private const int MaxPeers = 4096;
    private const string None = "(none)";

    /// <summary>The interface; null when anything in the text is not understood.</summary>
    public static UapiDevice? Read(ReadOnlySpan<byte> dump)
    {
        if (dump.Length > MaxLength || !dump.EndsWith("\n"u8)) return null;
        UapiDevice? device = null;
        var peers = new List<UapiPeer>();
        Span<Range> fields = stackalloc Range[9];
        foreach (var range in dump[..^1].Split((byte)'\n'))
        {
            var line = dump[range];
            var count = Split(line, fields);
            if (device is null)
            {
                if (count != 4 || Interface(line, fields, peers) is not { } read) return null;
                device = read;
            }
            else
            {
                if (count != 8 || peers.Count == MaxPeers || Peer(line, fields) is not { } peer) return null;
                peers.Add(peer);
            }
        }
        return device;
    }

    /// <summary>The private key, its first field, is not looked at: the public one stands behind it.</summary>
    private static UapiDevice? Interface(ReadOnlySpan<byte> line, ReadOnlySpan<Range> fields, List<UapiPeer> peers)
    {
        var key = Text(line[fields[1]]);
        if (!WireGuardPublicKey.TryParse(key, out var own) && key != None) return null;
        return Number(line[fields[2]], ushort.MaxValue) is { } port ? new(key == None ? null : own, (int)port, peers) : null;
    }

    private static UapiPeer? Peer(ReadOnlySpan<byte> line, ReadOnlySpan<Range> fields)
    {
        if (!WireGuardPublicKey.TryParse(Text(line[fields[0]]), out var key)) return null;
        var peer = new UapiPeer(key);
        if (!line[fields[1]].SequenceEqual("(none)"u8)
            && (Base64.DecodeFromUtf8(line[fields[1]], peer.PresharedKey, out var used, out var length) != OperationStatus.Done || length != peer.PresharedKey.Length || used != line[fields[1]].Length))
            return null;
        IPEndPoint? endpoint = null;
        if (Text(line[fields[2]]) is var place && place != None && !IPEndPoint.TryParse(place, out endpoint)) return null;
        var addresses = new List<IPNetwork>();
        if (Text(line[fields[3]]) is var list && list != None)
        {
            foreach (var text in list.Split(','))
            {
                if (!IPNetwork.TryParse(text, out var network)) return null;
                addresses.Add(network);
            }
        }
        if (Number(line[fields[4]], 253402300799) is not { } second || Number(line[fields[5]], ulong.MaxValue) is not { } received || Number(line[fields[6]], ulong.MaxValue) is not { } sent) return null;
        if ((line[fields[7]].SequenceEqual("off"u8) ? 0 : Number(line[fields[7]], ushort.MaxValue)) is not { } keepalive) return null;
        return peer with
        {
            Endpoint = endpoint,
            AllowedAddresses = addresses,
            LastHandshake = second == 0 ? null : DateTimeOffset.FromUnixTimeSeconds((long)second),
            ReceivedBytes = received,
            SentBytes = sent,
            KeepaliveSeconds = (int)keepalive,
        };
    }

    private static int Split(ReadOnlySpan<byte> line, Span<Range> fields)
    {
        var count = 0;
        foreach (var field in line.Split((byte)'\t'))
        {
            if (count == fields.Length) return count;
            fields[count++] = field;
        }
        return count;
    }

    private static string Text(ReadOnlySpan<byte> field) => Encoding.Latin1.GetString(field);

    private static ulong? Number(ReadOnlySpan<byte> text, ulong largest) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= largest ? number : null;
}
