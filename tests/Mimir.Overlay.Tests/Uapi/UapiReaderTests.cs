using System.Net;
using System.Text;
using CsCheck;
using Mimir.Overlay.Uapi;

namespace Mimir.Overlay.Tests.Uapi;

public sealed class UapiReaderTests
{
    /// <summary>As in wireguard.com/xplatform, example dialog, shortened to two peers.</summary>
    public const string Answer =
        "private_key=e84b5a6d2717c1003a13b431570353dbaca9146cf150c5f8575680feba52027a\n"
        + "listen_port=12912\n"
        + "public_key=b85996fecc9c7f1fc6d2572a76eda11d59bcd20be8e543b15ce4bd85a8e75a33\n"
        + "preshared_key=188515093e952f5f22e865cef3012e72f8b5f0b598ac0309d5dacce3b70fcf52\n"
        + "protocol_version=1\nendpoint=[abcd:23::33]:51820\n"
        + "last_handshake_time_sec=1700000000\nlast_handshake_time_nsec=500000000\n"
        + "tx_bytes=38333\nrx_bytes=2224\npersistent_keepalive_interval=111\nallowed_ip=192.168.4.4/32\nallowed_ip=fd00::1/128\n"
        + "public_key=58402e695ba1772b1cc9309755f043251ea77fdcf10fbe63989ceb7e19321376\n"
        + "last_handshake_time_sec=0\nlast_handshake_time_nsec=0\n"
        + "errno=0\n\n";

    [Fact]
    public void Every_field_is_read()
    {
        using var device = Read(Answer)!;
        Assert.Equal(12912, device.ListenPort);
        Assert.NotNull(device.PublicKey);
        var peer = device.Peers[0];
        Assert.Equal("b85996fecc9c7f1fc6d2572a76eda11d59bcd20be8e543b15ce4bd85a8e75a33", Convert.ToHexStringLower(peer.PublicKey.ToBytes()));
        Assert.Equal("188515093e952f5f22e865cef3012e72f8b5f0b598ac0309d5dacce3b70fcf52", Convert.ToHexStringLower(peer.PresharedKey));
        Assert.Equal(IPEndPoint.Parse("[abcd:23::33]:51820"), peer.Endpoint);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1700000000500), peer.LastHandshake);
        Assert.Equal((2224ul, 38333ul, 111), (peer.ReceivedBytes, peer.SentBytes, peer.KeepaliveSeconds));
        Assert.Equal(["192.168.4.4/32", "fd00::1/128"], peer.AllowedAddresses.Select(a => a.ToString()));
        Assert.Null(device.Peers[1].LastHandshake);
        Assert.Null(device.Peers[1].Endpoint);
    }

    [Theory]
    [InlineData("listen_port=12912", "listen_port=65536")]
    [InlineData("listen_port=12912", "unheard_of=1")]
    [InlineData("listen_port=12912", "nothing")]
    [InlineData("protocol_version=1", "protocol_version=2")]
    [InlineData("tx_bytes=38333", "tx_bytes=-1")]
    [InlineData("tx_bytes=38333", "tx_bytes=38333x")]
    [InlineData("endpoint=[abcd:23::33]:51820", "endpoint=nowhere")]
    [InlineData("errno=0", "errno=1")]
    [InlineData("listen_port=12912", "errno=0")]
    [InlineData("58402e69", "58402e6")]
    [InlineData("last_handshake_time_sec=1700000000", "last_handshake_time_sec=99999999999999999999")]
    public void What_is_not_understood_is_refused(string there, string instead) => Assert.Null(Read(Answer.Replace(there, instead, StringComparison.Ordinal)));

    /// <summary>Copying the addresses at each one would take time and memory that grow with the square of their number.</summary>
    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    [InlineData(60_000, false)]
    public void A_peer_has_so_many_addresses_and_no_more(int addresses, bool read)
    {
        var answer = Answer.Replace("errno=0", string.Concat(Enumerable.Repeat("allowed_ip=::1/128\n", addresses)) + "errno=0", StringComparison.Ordinal);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var device = Read(answer);
        Assert.Equal(read, device is not null);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    [Fact]
    public void Nothing_throws()
    {
        Gen.Byte.Array[0, 300].Sample(bytes => UapiReader.ReadDevice(bytes), iter: 1000, threads: 1);
        var lines = Answer.Split('\n');
        Gen.Select(Gen.Int[0, lines.Length - 1], Gen.String[Gen.Char['\u0001', '\u007f'], 0, 40], Gen.Bool).Sample(c =>
        {
            var changed = lines.ToArray();
            var name = changed[c.Item1].Split('=')[0];
            changed[c.Item1] = c.Item3 ? $"{name}={c.Item2}" : c.Item2;
            UapiReader.ReadDevice(Encoding.ASCII.GetBytes(string.Join('\n', changed)));
        }, iter: 2000, threads: 1);
    }

    private static UapiDevice? Read(string answer) => UapiReader.ReadDevice(Encoding.ASCII.GetBytes(answer));
}
