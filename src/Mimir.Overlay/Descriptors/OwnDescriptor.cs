using Mimir.Overlay.Keys;
using Mimir.Trust;

namespace Mimir.Overlay.Descriptors;

/// <summary>What this node announces: the key and the endpoint that its operator last chose, signed afresh by the certificate that it has now.</summary>
public sealed class OwnDescriptor(KeyFolder keys)
{
    /// <summary>Keeps an operator's choice.</summary>
    public void Write(PeerDescriptor descriptor)
    {
        // Whole at once: a running overlay may be reading it.
        File.WriteAllText(keys.OwnDescriptor + ".new", descriptor.ToString());
        File.Move(keys.OwnDescriptor + ".new", keys.OwnDescriptor, overwrite: true);
    }

    /// <summary>The choice with a fresh signature and the next epoch.</summary>
    /// <exception cref="OverlayException">There is none, or it is damaged.</exception>
    /// <exception cref="IOException">Another process is changing the epochs.</exception>
    public PeerDescriptor Sign(Identity identity, DateTimeOffset now)
    {
        try
        {
            var chosen = PeerDescriptor.Parse(PeerBook.ReadFile(keys.OwnDescriptor) ?? throw new OverlayException(
                $"{keys.OwnDescriptor}: there is no descriptor to announce; 'mimir wireguard descriptor' makes one"));
            return PeerDescriptor.Sign(identity, chosen.PublicKey, chosen.Endpoint, keys.NextEpoch(now));
        }
        catch (DescriptorException error)
        {
            throw new OverlayException($"{keys.OwnDescriptor}: {error.Message}; 'mimir wireguard descriptor' writes it anew");
        }
    }
}
