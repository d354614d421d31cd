using System.Text;
using Mimir.Trust;
using Mimir.Trust.SealedFiles;

namespace Mimir.Overlay.Descriptors;

/// <summary>
/// Descriptors that somebody relays, on their way into the folder of peers: <c>role.name.peer</c> each. Whoever relays them needs not be trusted. A descriptor that was altered,
/// or is another's, is refused; so is one that is older than what was seen of its node, or than a day, or another one of the same epoch; and one that is held back leaves the
/// one that is there.
/// </summary>
/// <param name="folder">Where <see cref="PeerBook"/> reads.</param>
/// <param name="own">Role and name of this node: its own is no peer.</param>
/// <param name="epochs">The newest epochs seen.</param>
public sealed class RelayedPeers(string folder, (Role Role, string Name) own, IMonotonicCounter epochs)
{
    /// <summary>How long ago a descriptor may have been signed that is relayed: members sign theirs afresh every hour. 1 day.</summary>
    public static readonly TimeSpan LongestAge = TimeSpan.FromDays(1);

    /// <summary>Takes those that count, and returns why others do not.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public IReadOnlyList<string> Take(IEnumerable<ReadOnlyMemory<byte>> descriptors, TrustAnchors anchors, DateTimeOffset now)
    {
        var refused = new List<string>();
        foreach (var descriptor in descriptors)
        {
            try
            {
                Take(Encoding.Latin1.GetString(descriptor.Span), anchors, now);
            }
            catch (DescriptorException error)
            {
                refused.Add(PeerBook.Line("relayed", error.Refusal, error.Message));
            }
        }
        return refused;
    }

    private void Take(string text, TrustAnchors anchors, DateTimeOffset now)
    {
        var peer = OverlayPeer.Verify(text, anchors, now);
        if ((peer.Identity.Role, peer.Identity.Name) == own) return;
        var path = Path.Combine(folder, peer.Label + PeerBook.Extension);
        var former = PeerBook.ReadFile(path);
        if (former == text) return;
        if (peer.Epoch < (ulong)Math.Max(0, (now - LongestAge).ToUnixTimeSeconds()))
            throw new DescriptorException(DescriptorRefusal.TooOld, $"{peer} signed it more than {LongestAge.TotalHours:0} hours ago");
        var seen = Math.Max(epochs.Read(peer.Label), EpochOf(former));
        if (peer.Epoch < seen) throw new DescriptorException(DescriptorRefusal.OlderEpoch, $"epoch {peer.Epoch} of {peer} is older than one seen before");
        if (peer.Epoch == EpochOf(former)) throw new DescriptorException(DescriptorRefusal.TwoOfOneEpoch, $"{peer} has signed another descriptor with the same epoch; the first stays");
        // Whole at once: the overlay may be looking at the folder.
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>The epoch in a descriptor that was taken before; 0 when it is none.</summary>
    private static ulong EpochOf(string? former)
    {
        try
        {
            return former is null ? 0 : PeerDescriptor.Parse(former).Epoch;
        }
        catch (DescriptorException)
        {
            return 0;
        }
    }
}
