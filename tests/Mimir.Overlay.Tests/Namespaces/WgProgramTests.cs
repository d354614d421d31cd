using System.Net;
using Mimir.Overlay.Interfaces;
using Mimir.Overlay.Keys;
using Mimir.Overlay.Tools;
using Mimir.Overlay.Uapi;

namespace Mimir.Overlay.Tests.Namespaces;

/// <summary>
/// The real <c>wg</c>, which speaks to wireguard-go as it does to the kernel: what it is told arrives, and what it prints is what the interface itself answers.
/// </summary>
[Collection("interfaces of one system")]
public sealed class WgProgramTests
{
    private static readonly InterfaceSettings Settings = new($"w{Environment.ProcessId % 10_000_000}");

    [Fact]
    public async Task What_wg_sets_and_shows_is_what_the_interface_has()
    {
        if (OverlayInterface.Obstacle() is { } obstacle) Assert.Skip(obstacle);
        Assert.SkipWhen(WgDevice.Path is null, "the program 'wg' is missing (package wireguard-tools)");
        using var made = await OverlayInterface.StartAsync(Settings, inKernel: false, default);
        var wg = new WgDevice(Settings);
        using var key = WireGuardKeyPair.Generate();
        var (stays, goes) = (Group.NewKey(), Group.NewKey());
        var secret = Enumerable.Range(1, 32).Select(i => (byte)i).ToArray();
        var address = IPAddress.Parse("fd6d:696d:6972::1");
        using var change = new DeviceChange(
        [
            new(goes) { Address = address, Greet = true },
            new(stays) { PresharedKey = secret, Endpoint = IPEndPoint.Parse("192.0.2.1:51820"), Greet = true },
        ])
        { Key = key, ListenPort = 51999 };
        await wg.SetAsync(change, default);
        // As at the end of a rotation: the address moves, and the other key goes.
        await wg.SetAsync(new([new(stays) { Address = address }, new(goes) { Remove = true }]), default);

        using var told = await UapiClient.ForInterface(Settings.Name).GetAsync(default);
        using var shown = await wg.GetAsync(default);
        foreach (var device in (UapiDevice[])[told, shown])
        {
            Assert.Equal((key.PublicKey, 51999), (device.PublicKey, device.ListenPort));
            var peer = Assert.Single(device.Peers);
            Assert.Equal((stays, IPEndPoint.Parse("192.0.2.1:51820"), DeviceChange.KeepaliveSeconds), (peer.PublicKey, peer.Endpoint, peer.KeepaliveSeconds));
            Assert.Equal([new IPNetwork(address, 128)], peer.AllowedAddresses);
            Assert.Equal(secret, peer.PresharedKey);
        }
    }

    [Fact]
    public async Task An_interface_that_is_not_there_is_one_typed_line()
    {
        Assert.SkipWhen(WgDevice.Path is null, "the program 'wg' is missing (package wireguard-tools)");
        var error = await Assert.ThrowsAsync<UapiException>(() => new WgDevice(new("mimirnone")).GetAsync(default));
        Assert.Contains("mimirnone", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
