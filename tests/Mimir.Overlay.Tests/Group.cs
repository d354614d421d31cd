using System.Net;
using Mimir.Overlay.Descriptors;
using Mimir.Overlay.Keys;
using Mimir.Trust;
using Mimir.Trust.Certificates;

namespace Mimir.Overlay.Tests;

/// <summary>An authority and the identities that it issued, for tests.</summary>
internal sealed class Group : IDisposable
{
    private readonly Dictionary<string, Identity> _identities = [];

    public CertificateAuthority Authority { get; } = CertificateAuthority.Create();

    public TrustAnchors Anchors => field ??= Authority.Anchors();

    public static DateTimeOffset Now => DateTimeOffset.UtcNow;

    public static WireGuardPublicKey NewKey()
    {
        using var pair = WireGuardKeyPair.Generate();
        return pair.PublicKey;
    }

    public Identity Party(string name)
    {
        if (!_identities.TryGetValue(name, out var identity)) _identities[name] = identity = Authority.Issue(Role.Party, name, TimeSpan.FromHours(1));
        return identity;
    }

    public PeerDescriptor Descriptor(string name, ulong epoch = 1, WireGuardPublicKey? key = null) =>
        PeerDescriptor.Sign(Party(name), key ?? NewKey(), IPEndPoint.Parse("192.0.2.1:51820"), epoch);

    public OverlayPeer Peer(string name, ulong epoch = 1, WireGuardPublicKey? key = null) => OverlayPeer.Verify(Descriptor(name, epoch, key).ToString(), Anchors, Now);

    public void Dispose()
    {
        foreach (var identity in _identities.Values) identity.Dispose();
        Anchors.Dispose();
        Authority.Dispose();
    }
}
