using System.Net;
using Mimir.Overlay.Keys;
using Mimir.Trust;

namespace Mimir.Overlay.Tests.Keys;

public sealed class KeyTests : IDisposable
{
    private readonly Group _group = new();
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("mimir-keys-").FullName, "keys");

    public void Dispose()
    {
        _group.Dispose();
        Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
    }

    /// <summary>RFC 7748, section 6.1: Alice's private and public key.</summary>
    [Fact]
    public void A_public_key_is_that_of_RFC_7748()
    {
        using var pair = WireGuardKeyPair.FromPrivateKey(Convert.FromHexString("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
        Assert.Equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", Convert.ToHexStringLower(pair.PublicKey.ToBytes()));
    }

    [Fact]
    public void Both_sides_derive_the_same_preshared_key_and_a_third_another()
    {
        var (a, b, c) = (_group.Party("a"), _group.Party("b"), _group.Party("c"));
        PeerIdentity Seen(Identity identity) => PeerIdentity.Verify(identity.Certificate, _group.Anchors, Group.Now);
        var key = PresharedKey.Derive(a, Seen(b));
        Assert.Equal(32, key.Length);
        Assert.Equal(key, PresharedKey.Derive(b, Seen(a)));
        Assert.NotEqual(key, PresharedKey.Derive(a, Seen(c)));
        Assert.NotEqual(key, PresharedKey.Derive(c, Seen(b)));
    }

    [Fact]
    public void Keys_go_from_next_to_current_and_are_for_their_owner_only()
    {
        var keys = new KeyFolder(_folder);
        Assert.Throws<OverlayException>(keys.Current);
        using var first = keys.Create();
        Assert.Throws<OverlayException>(keys.Create);
        using var next = keys.Prepare();
        using (var again = keys.Prepare()) Assert.Equal(next.PublicKey, again.PublicKey);
        using (var current = keys.Current()) Assert.Equal(first.PublicKey, current.PublicKey);
        Assert.Equal(next.PublicKey, keys.Activate());
        using (var current = keys.Current()) Assert.Equal(next.PublicKey, current.PublicKey);
        Assert.False(keys.HasNext);
        Assert.Throws<OverlayException>(() => keys.Activate());
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, "current.key")));
        File.WriteAllText(Path.Combine(_folder, "current.key"), "short");
        Assert.Throws<OverlayException>(keys.Current);
    }

    [Fact]
    public void Epochs_always_grow_even_when_the_clock_does_not()
    {
        using var _ = new KeyFolder(_folder).Create();
        var now = DateTimeOffset.FromUnixTimeSeconds(1000);
        Assert.Equal(1000ul, new KeyFolder(_folder).NextEpoch(now));
        Assert.Equal(1001ul, new KeyFolder(_folder).NextEpoch(now));
        Assert.Equal(1002ul, new KeyFolder(_folder).NextEpoch(now.AddSeconds(-500)));
    }

    [Fact]
    public void Addresses_are_within_the_prefix_and_follow_from_role_and_name()
    {
        var address = OverlayAddress.Of(Role.Party, "p0");
        Assert.True(IPNetwork.Parse("fd6d:696d:6972::/48").Contains(address));
        Assert.Equal(address, OverlayAddress.Of(Role.Party, "p0"));
        Assert.NotEqual(address, OverlayAddress.Of(Role.Party, "p1"));
        Assert.NotEqual(address, OverlayAddress.Of(Role.Coordinator, "p0"));
    }
}
