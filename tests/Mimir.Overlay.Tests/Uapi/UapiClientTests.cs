using System.Net;
using System.Text;
using Mimir.Overlay.Keys;
using Mimir.Overlay.Uapi;

namespace Mimir.Overlay.Tests.Uapi;

public sealed class UapiClientTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mimir-uapi-").FullName;

    private string Socket => Path.Combine(_folder, "wg.sock");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_interface_is_read()
    {
        using var fake = new FakeInterface(Socket, _ => Encoding.ASCII.GetBytes(UapiReaderTests.Answer));
        using var device = await new UapiClient(Socket).GetAsync(default);
        Assert.Equal("get=1\n\n", Assert.Single(fake.Requests));
        Assert.Equal(12912, device.ListenPort);
        Assert.Equal(2, device.Peers.Count);
    }

    [Fact]
    public async Task A_change_is_written_as_the_interface_wants_it()
    {
        using var fake = new FakeInterface(Socket, _ => "errno=0\n\n"u8.ToArray());
        using var key = WireGuardKeyPair.FromPrivateKey(Enumerable.Repeat((byte)0x48, 32).ToArray());
        var (one, two) = (WireGuardPublicKey.FromBytes(Enumerable.Repeat((byte)1, 32).ToArray()), WireGuardPublicKey.FromBytes(Enumerable.Repeat((byte)2, 32).ToArray()));
        using var change = new DeviceChange([
            new PeerChange(one) { PresharedKey = Enumerable.Repeat((byte)3, 32).ToArray(), Endpoint = IPEndPoint.Parse("[2001:db8::1]:5"), Address = IPAddress.Parse("fd00::1"), Greet = true },
            new PeerChange(two) { Remove = true },
        ]) { Key = key, ListenPort = 7 };
        await new UapiClient(Socket).SetAsync(change, default);
        string Hex(string two) => string.Concat(Enumerable.Repeat(two, 32));
        Assert.Equal(
            $"set=1\nprivate_key={Hex("48")}\nlisten_port=7\npublic_key={Hex("01")}\npreshared_key={Hex("03")}\nendpoint=[2001:db8::1]:5\nreplace_allowed_ips=true\nallowed_ip=fd00::1/128\n"
            + $"persistent_keepalive_interval=0\npublic_key={Hex("01")}\npersistent_keepalive_interval=25\npublic_key={Hex("02")}\nremove=true\n\n",
            Assert.Single(fake.Requests));
    }

    [Theory]
    [InlineData("errno=-22\n\n", "errno -22")]
    [InlineData("hello\n\n", "not that of a WireGuard interface")]
    [InlineData("errno=0\n", "breaks off")]
    [InlineData("", "breaks off")]
    public async Task A_refusal_nonsense_and_a_broken_answer_are_typed(string answer, string reason)
    {
        using var fake = new FakeInterface(Socket, _ => Encoding.ASCII.GetBytes(answer));
        var error = await Assert.ThrowsAsync<UapiException>(() => new UapiClient(Socket).SetAsync(new DeviceChange([]), default));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_answer_is_refused()
    {
        using var fake = new FakeInterface(Socket, _ => [.. Enumerable.Repeat((byte)'x', UapiReader.MaxLength + 10)]);
        Assert.Contains("longer", (await Assert.ThrowsAsync<UapiException>(() => new UapiClient(Socket).GetAsync(default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_socket_is_typed() => await Assert.ThrowsAsync<UapiException>(() => new UapiClient(Socket).GetAsync(default));
}
