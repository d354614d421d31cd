using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Mimir.Overlay.Keys;

namespace Mimir.Overlay.Uapi;

/// <summary>
/// Reads what an interface answers to <c>get=1</c>: lines <c>key=value</c>, first the interface's, then each peer's beginning with its
/// <c>public_key</c>, at the end <c>errno=0</c> and an empty line. Keys and values that it does not know are refused.
/// Source: wireguard.com/xplatform.
/// </summary>
internal static class UapiReader
{
    /// <summary>The longest answer, in bytes.</summary>
    public const int MaxLength = 1 << 20;

    private const int MaxPeers = 4096;
    private const int MaxAddresses = 256;

    /// <summary>The interface that <paramref name="answer"/> describes; null when anything in it is not understood.</summary>
    public static UapiDevice? ReadDevice(ReadOnlySpan<byte> answer)
    {
        if (answer.Length > MaxLength || ReadError(answer) != 0) return null;
        WireGuardPublicKey? own = null;
        var port = 0;
        var peers = new List<UapiPeer>();
        answer = answer[..(answer[..^2].LastIndexOf((byte)'\n') + 1)];
        foreach (var range in answer.Split((byte)'\n'))
        {
            var line = answer[range];
            if (line.IsEmpty) continue;
            var equals = line.IndexOf((byte)'=');
            if (equals < 0) return null;
            var key = line[..equals];
            var value = line[(equals + 1)..];
            if (key.SequenceEqual("public_key"u8))
            {
                if (peers.Count == MaxPeers || Key(value) is not { } bytes) return null;
                peers.Add(new(WireGuardPublicKey.FromBytes(bytes)));
            }
            else if (peers.Count > 0)
            {
                if (With(peers[^1], key, value) is not { } peer) return null;
                peers[^1] = peer;
            }
            else if (key.SequenceEqual("private_key"u8))
            {
                if (Key(value) is not { } bytes) return null;
                own = Public(bytes);
            }
            else if (key.SequenceEqual("listen_port"u8))
            {
                if (!TryNumber(value, ushort.MaxValue, out var number)) return null;
                port = (int)number;
            }
            else if (!key.SequenceEqual("fwmark"u8)) return null;
        }
        return new(own, port, peers);
    }

    /// <summary>The number after <c>errno=</c>, with which every answer ends; null when it does not.</summary>
    public static long? ReadError(ReadOnlySpan<byte> answer)
    {
        if (!answer.EndsWith("\n\n"u8)) return null;
        var line = answer[..^2];
        line = line[(line.LastIndexOf((byte)'\n') + 1)..];
        return line.StartsWith("errno="u8) && Utf8Parser.TryParse(line[6..], out long number, out var used) && used == line.Length - 6 ? number : null;
    }

    private static UapiPeer? With(UapiPeer peer, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        switch (Encoding.ASCII.GetString(key))
        {
            case "preshared_key": return Key(value) is { } secret ? peer with { PresharedKey = secret } : null;
            case "endpoint": return IPEndPoint.TryParse(Encoding.ASCII.GetString(value), out var endpoint) ? peer with { Endpoint = endpoint } : null;
            case "allowed_ip": return peer.AllowedAddresses.Count < MaxAddresses && IPNetwork.TryParse(Encoding.ASCII.GetString(value), out var network) ? peer with { AllowedAddresses = [.. peer.AllowedAddresses, network] } : null;
            case "tx_bytes": return TryNumber(value, ulong.MaxValue, out var sent) ? peer with { SentBytes = sent } : null;
            case "rx_bytes": return TryNumber(value, ulong.MaxValue, out var received) ? peer with { ReceivedBytes = received } : null;
            case "persistent_keepalive_interval": return TryNumber(value, ushort.MaxValue, out var seconds) ? peer with { KeepaliveSeconds = (int)seconds } : null;
            case "last_handshake_time_sec":
                if (!TryNumber(value, 253402300799, out var second)) return null;
                return second == 0 ? peer : peer with { LastHandshake = DateTimeOffset.FromUnixTimeSeconds((long)second) };
            case "last_handshake_time_nsec":
                if (!TryNumber(value, 999_999_999, out var nanoseconds)) return null;
                return peer.LastHandshake is { } time ? peer with { LastHandshake = time.AddTicks((long)nanoseconds / 100) } : peer;
            case "protocol_version": return value.SequenceEqual("1"u8) ? peer : null;
            default: return null;
        }
    }

    private static WireGuardPublicKey? Public(byte[] privateKey)
    {
        if (privateKey.AsSpan().IndexOfAnyExcept((byte)0) < 0) return null;
        using var pair = WireGuardKeyPair.FromPrivateKey(privateKey);
        CryptographicOperations.ZeroMemory(privateKey);
        return pair.PublicKey;
    }

    private static byte[]? Key(ReadOnlySpan<byte> hex)
    {
        var bytes = new byte[WireGuardPublicKey.Size];
        return hex.Length == 2 * bytes.Length && Convert.FromHexString(hex, bytes, out _, out _) == OperationStatus.Done ? bytes : null;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, ulong largest, out ulong number) =>
        Utf8Parser.TryParse(text, out number, out var used) && used == text.Length && number <= largest;
}
