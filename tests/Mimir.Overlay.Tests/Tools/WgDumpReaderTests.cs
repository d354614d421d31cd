using System.Net;
using System.Text;
using CsCheck;
using Mimir.Overlay.Tools;
using Mimir.Overlay.Uapi;

namespace Mimir.Overlay.Tests.Tools;

public sealed class WgDumpReaderTests
{
    private const string Secret = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
    private const string Own = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    private const string One = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";
    private const string Two = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";

    /// <summary>In the form of wg(8), "show … dump".</summary>
    private const string Dump =
        Secret + "\t" + Own + "\t51820\toff\n"
        + One + "\t" + Secret + "\t[2001:db8::1]:51821\tfd6d:696d:6972::1/128,10.0.0.0/8\t1700000000\t2224\t38333\t25\n"
        + Two + "\t(none)\t(none)\t(none)\t0\t0\t0\toff\n";

    [Fact]
    public void Every_field_is_read()
    {
        using var device = Read(Dump)!;
        Assert.Equal((Own, 51820), (device.PublicKey.ToString(), device.ListenPort));
        var peer = device.Peers[0];
        Assert.Equal((One, IPEndPoint.Parse("[2001:db8::1]:51821"), DateTimeOffset.FromUnixTimeSeconds(1700000000)), (peer.PublicKey.ToString(), peer.Endpoint!, peer.LastHandshake!.Value));
        Assert.Equal(Secret, Convert.ToBase64String(peer.PresharedKey));
        Assert.Equal((2224ul, 38333ul, 25), (peer.ReceivedBytes, peer.SentBytes, peer.KeepaliveSeconds));
        Assert.Equal(["fd6d:696d:6972::1/128", "10.0.0.0/8"], peer.AllowedAddresses.Select(a => a.ToString()));
        var bare = device.Peers[1];
        Assert.Equal((null, null, 0, 0), (bare.Endpoint, bare.LastHandshake, bare.KeepaliveSeconds, bare.AllowedAddresses.Count));
        Assert.Equal(new byte[32], bare.PresharedKey);
    }

    [Fact]
    public void An_interface_without_a_key_has_none()
    {
        using var device = Read("(none)\t(none)\t0\toff\n")!;
        Assert.Equal((null, 0, 0), (device.PublicKey?.ToString(), device.ListenPort, device.Peers.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("(none)\t(none)\t0\toff")]
    [InlineData("(none)\t(none)\t65536\toff\n")]
    [InlineData("(none)\tnonsense\t0\toff\n")]
    [InlineData("(none)\t(none)\t0\toff\tmore\n")]
    [InlineData("(none)\t(none)\t0\toff\n\n")]
    [InlineData("(none)\t(none)\t0\toff\n" + One + "\t(none)\t(none)\t(none)\t0\t0\t0\n")]
    [InlineData("(none)\t(none)\t0\toff\n" + One + "\tAAAA\t(none)\t(none)\t0\t0\t0\toff\n")]
    [InlineData("(none)\t(none)\t0\toff\n" + One + "\t(none)\tnowhere\t(none)\t0\t0\t0\toff\n")]
    [InlineData("(none)\t(none)\t0\toff\n" + One + "\t(none)\t(none)\tfd00::/129\t0\t0\t0\toff\n")]
    [InlineData("(none)\t(none)\t0\toff\n" + One + "\t(none)\t(none)\t(none)\t-1\t0\t0\toff\n")]
    [InlineData("(none)\t(none)\t0\toff\n" + One + "\t(none)\t(none)\t(none)\t0\t0\t0\t65536\n")]
    public void What_is_not_understood_is_null(string dump) => Assert.Null(Read(dump));

    [Fact]
    public void Any_bytes_are_read_or_refused() => Gen.OneOf(
        Gen.Byte.Array[0, 300],
        Gen.Select(Gen.Int[0, Dump.Length - 1], Gen.Byte).Select((at, value) => { var bytes = Encoding.ASCII.GetBytes(Dump); bytes[at] = value; return bytes; }))
        .Sample(bytes => WgDumpReader.Read(bytes)?.Dispose(), iter: 5000);

    private static UapiDevice? Read(string dump) => WgDumpReader.Read(Encoding.ASCII.GetBytes(dump));
}
