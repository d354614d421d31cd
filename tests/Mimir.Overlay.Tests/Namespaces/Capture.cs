using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Mimir.Overlay.Tests.Namespaces;

/// <summary>Sees every packet on a host's cable, and those that enter the tunnel: raw IPv6 without Ethernet's header.</summary>
internal sealed class Capture : IDisposable
{
    private const ushort AllProtocols = 0x0300;
    private static readonly byte[] OverlayPrefix = [0xfd, 0x6d, 0x69, 0x6d, 0x69, 0x72];
    private readonly Socket _socket;
    private readonly Task _reading;

    public Capture(NetworkNamespace host)
    {
        _socket = host.Open(() => new Socket(AddressFamily.Packet, SocketType.Raw, (ProtocolType)AllProtocols) { ReceiveBufferSize = 1 << 22 });
        _reading = Task.Run(Read);
    }

    /// <summary>Packets to or from the UDP port of WireGuard.</summary>
    public long Tunnelled { get; private set; }

    /// <summary>Other IP packets than those and ICMPv6.</summary>
    public long Other { get; private set; }

    /// <summary>Packets with the frames' text that enter the tunnel: the proof that this recognises them.</summary>
    public long BeforeEncryption { get; private set; }

    /// <summary>Packets of the cable with the frames' text in them.</summary>
    public long InTheClear { get; private set; }

    public void Dispose()
    {
        _socket.Dispose();
        _reading.Wait();
    }

    private void Read()
    {
        var marker = Encoding.ASCII.GetBytes(NumberedStream.Marker);
        var buffer = new byte[65536];
        while (true)
        {
            int length;
            try
            {
                length = _socket.Receive(buffer);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }
            Judge(buffer.AsSpan(0, length), marker);
        }
    }

    private void Judge(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> marker)
    {
        if (packet.Length < 34) return;
        var isClear = packet.IndexOf(marker) >= 0;
        // An overlay packet begins with version 6 and has the overlay's prefix where a source address is.
        if (packet[0] >> 4 == 6 && packet[8..].StartsWith(OverlayPrefix))
        {
            if (isClear) BeforeEncryption++;
            return;
        }
        if (isClear) InTheClear++;
        if (BinaryPrimitives.ReadUInt16BigEndian(packet[12..]) != 0x0800) return;
        if (packet[23] == 17) Tunnelled++;
        else Other++;
    }
}
