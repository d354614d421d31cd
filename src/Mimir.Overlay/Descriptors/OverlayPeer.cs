using System.Net;
using Mimir.Overlay.Keys;
using Mimir.Trust;

namespace Mimir.Overlay.Descriptors;

/// <summary>A peer whose descriptor and certificate were verified. Only <see cref="Verify"/> makes one.</summary>
public sealed class OverlayPeer
{
    private readonly PeerDescriptor _descriptor;

    private OverlayPeer(PeerDescriptor descriptor, PeerIdentity identity) => (_descriptor, Identity) = (descriptor, identity);

    /// <summary>Whom the certificate names.</summary>
    public PeerIdentity Identity { get; }

    /// <summary>Its WireGuard key.</summary>
    public WireGuardPublicKey PublicKey => _descriptor.PublicKey;

    /// <summary>Where its WireGuard listens.</summary>
    public IPEndPoint Endpoint => _descriptor.Endpoint;

    /// <summary>Which of its descriptors this is.</summary>
    public ulong Epoch => _descriptor.Epoch;

    /// <summary>Its overlay address.</summary>
    public IPAddress Address => OverlayAddress.Of(Identity.Role, Identity.Name);

    /// <summary>Its name in the memory of epochs.</summary>
    internal string Label => $"{Identity.Role.ToName()}.{Identity.Name}";

    /// <summary>Reads a descriptor and checks certificate, name and signature.</summary>
    /// <exception cref="DescriptorException">Any of them is wrong.</exception>
    public static OverlayPeer Verify(string text, TrustAnchors anchors, DateTimeOffset now)
    {
        var descriptor = PeerDescriptor.Parse(text);
        PeerIdentity identity;
        try
        {
            identity = PeerIdentity.Verify(descriptor.Certificate, anchors, now);
        }
        catch (UntrustedPeerException error)
        {
            throw new DescriptorException(DescriptorRefusal.UntrustedCertificate, error.Message);
        }
        if (identity.Role != descriptor.Role || identity.Name != descriptor.Name)
            throw new DescriptorException(DescriptorRefusal.OtherIdentity, $"is for {descriptor.Role.ToName()} '{descriptor.Name}', but the certificate is that of {identity}");
        if (!descriptor.IsSigned()) throw new DescriptorException(DescriptorRefusal.BadSignature, $"is not signed by {identity}");
        return new(descriptor, identity);
    }

    /// <summary>Whether both come from the same text.</summary>
    internal bool IsSameAs(OverlayPeer other) => _descriptor.ToString() == other._descriptor.ToString();

    /// <inheritdoc/>
    public override string ToString() => Identity.ToString();
}
