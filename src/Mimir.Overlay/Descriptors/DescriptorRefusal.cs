namespace Mimir.Overlay.Descriptors;

/// <summary>Why a peer's descriptor was refused.</summary>
public enum DescriptorRefusal
{
    /// <summary>It is not in the form that <see cref="PeerDescriptor"/> writes.</summary>
    Malformed,

    /// <summary>The certificate is not of the group's authority, has ended, or is damaged.</summary>
    UntrustedCertificate,

    /// <summary>Name or overlay address are not those of the certificate.</summary>
    OtherIdentity,

    /// <summary>The signature is not by the certificate's key over this text.</summary>
    BadSignature,

    /// <summary>A newer one of this node was seen before.</summary>
    OlderEpoch,

    /// <summary>The coordinator relays it, and it was signed more than a day ago.</summary>
    TooOld,

    /// <summary>The node has signed two different ones with the same epoch.</summary>
    TwoOfOneEpoch,

    /// <summary>Two nodes claim the same WireGuard key.</summary>
    SharedKey,
}
