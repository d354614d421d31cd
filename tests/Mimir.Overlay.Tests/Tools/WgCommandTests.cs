using System.Net;
using System.Text;
using Mimir.Overlay.Keys;
using Mimir.Overlay.Tools;
using Mimir.Overlay.Uapi;

namespace Mimir.Overlay.Tests.Tools;

/// <summary>The exact words and input of every call of <c>wg</c>.</summary>
public sealed class WgCommandTests
{
    private const string Secret = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
    private static readonly byte[] Bytes = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly WireGuardPublicKey Peer = WireGuardPublicKey.FromBytes([.. Enumerable.Repeat((byte)7, 32)]);

    [Fact]
    public void Key_and_port_of_the_interface()
    {
        using var key = WireGuardKeyPair.FromPrivateKey(Bytes);
        using var command = Assert.Single(WgCommand.Of("mimir0", new DeviceChange([]) { Key = key, ListenPort = 51820 }));
        Assert.Equal("set mimir0 listen-port 51820 private-key /dev/stdin", string.Join(' ', command.Words));
        Assert.Equal(Secret + "\n", Encoding.ASCII.GetString(command.Secret!));
    }

    [Fact]
    public void Peers_in_their_order_one_call_each()
    {
        var other = Group.NewKey();
        var commands = WgCommand.Of("mimir0", new DeviceChange(
        [
            new(other) { Remove = true },
            new(Peer) { PresharedKey = [.. Bytes], Endpoint = IPEndPoint.Parse("[2001:db8::1]:51820"), Address = IPAddress.Parse("fd6d:696d:6972::1"), Greet = true },
            new(other) { Address = IPAddress.Parse("fd6d:696d:6972::2") },
        ]));
        Assert.Equal(
            [
                $"set mimir0 peer {other} remove",
                $"set mimir0 peer {Peer} preshared-key /dev/stdin endpoint [2001:db8::1]:51820 allowed-ips fd6d:696d:6972::1/128 persistent-keepalive 0 peer {Peer} persistent-keepalive 25",
                $"set mimir0 peer {other} allowed-ips fd6d:696d:6972::2/128",
            ],
            commands.Select(c => string.Join(' ', c.Words)));
        Assert.Equal([null, Secret + "\n", null], commands.Select(c => c.Secret is null ? null : Encoding.ASCII.GetString(c.Secret)));
    }

    [Fact]
    public void No_secret_is_among_the_words_and_it_is_zeroed_afterwards()
    {
        using var key = WireGuardKeyPair.FromPrivateKey(Bytes);
        var commands = WgCommand.Of("mimir0", new DeviceChange([new(Peer) { PresharedKey = [.. Bytes] }]) { Key = key });
        Assert.DoesNotContain(commands.SelectMany(c => c.Words), w => w.Contains(Secret, StringComparison.Ordinal));
        foreach (var command in commands) command.Dispose();
        Assert.All(commands, c => Assert.Equal(new byte[45], c.Secret));
    }

    [Fact]
    public void Nothing_to_change_is_no_call() => Assert.Empty(WgCommand.Of("mimir0", new DeviceChange([])));
}
