using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Mimir.Overlay.Tests.Namespaces;

/// <summary>Sees every packet on a host's cable.</summary>
internal sealed class Capture : IDisposable
{
    private const ushort AllProtocols = 0x0300;
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

    /// <summary>Packets of the cable begin with Ethernet's header; those of the tunnel's own end with that of IPv6, version 6, and are not looked at.</summary>
    private void Judge(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> marker)
    {
        if (packet.Length < 34 || packet[0] >> 4 == 6 && BinaryPrimitives.ReadUInt16BigEndian(packet[12..]) is not 0x0800) return;
        if (packet.IndexOf(marker) >= 0) InTheClear++;
        if (BinaryPrimitives.ReadUInt16BigEndian(packet[12..]) != 0x0800) return;
        if (packet[23] == 17) Tunnelled++;
        else Other++;
    }
}
