using Mimir.Overlay.Keys;
using Mimir.Trust;
using Mimir.Trust.SealedFiles;

namespace Mimir.Overlay.Descriptors;

/// <summary>The peers that count: of each node the newest descriptor, none older than ever seen, no two nodes with one key.</summary>
/// <param name="Peers">By role and name.</param>
/// <param name="Refused">What was refused: "file: reason".</param>
public sealed record PeerBook(IReadOnlyList<OverlayPeer> Peers, IReadOnlyList<string> Refused)
{
    /// <summary>How descriptor files end; others in the folder are not read.</summary>
    public const string Extension = ".peer";

    private const int MostFiles = 1024;

    /// <summary>Reads every descriptor of a folder. A file that is refused leaves the others untouched; the node's own is not counted.</summary>
    /// <param name="folder">Where <c>*.peer</c> files are.</param>
    /// <param name="own">Role and name of this node, or null for an onlooker.</param>
    /// <param name="anchors">Whose certificates count.</param>
    /// <param name="epochs">Remembers the newest epochs; null for an onlooker, who then cannot notice an older one.</param>
    /// <param name="now">When.</param>
    /// <exception cref="OverlayException">The folder is not there or holds more than 1,024 descriptors.</exception>
    public static PeerBook Read(string folder, (Role Role, string Name)? own, TrustAnchors anchors, IMonotonicCounter? epochs, DateTimeOffset now)
    {
        if (!Directory.Exists(folder)) throw new OverlayException($"{folder}: there is no such folder; put the peers' descriptors (*{Extension}) there");
        var files = Directory.EnumerateFiles(folder, "*" + Extension).Take(MostFiles + 1).Order(StringComparer.Ordinal).ToArray();
        if (files.Length > MostFiles) throw new OverlayException($"{folder}: holds more than {MostFiles} descriptors");
        return Of(files.Select(f => (Path.GetFileName(f), ReadFile(f))), own, anchors, epochs, now);
    }

    /// <summary>As <see cref="Read"/>, from texts with the names under which refusals are reported. A text that is null could not be read.</summary>
    public static PeerBook Of(
        IEnumerable<(string Source, string? Text)> texts, (Role Role, string Name)? own, TrustAnchors anchors, IMonotonicCounter? epochs, DateTimeOffset now)
    {
        var refused = new List<string>();
        var verified = new List<(string Source, OverlayPeer Peer)>();
        foreach (var (source, text) in texts)
        {
            try
            {
                var peer = OverlayPeer.Verify(text ?? throw new DescriptorException(DescriptorRefusal.Malformed, "cannot be read"), anchors, now);
                if ((peer.Identity.Role, peer.Identity.Name) == own) continue;
                if (peer.Epoch < (epochs?.Read(peer.Label) ?? 0))
                    throw new DescriptorException(DescriptorRefusal.OlderEpoch, $"epoch {peer.Epoch} of {peer} is older than one seen before; ask the node for its newest descriptor");
                verified.Add((source, peer));
            }
            catch (DescriptorException error)
            {
                refused.Add(Line(source, error.Refusal, error.Message));
            }
        }
        var newest = verified.GroupBy(v => v.Peer.Label, StringComparer.Ordinal).Select(of => Newest(of, refused)).OfType<(string, OverlayPeer)>();
        var distinct = newest.GroupBy(v => v.Item2.PublicKey).Select(of => Single(of, refused)).OfType<OverlayPeer>().OrderBy(p => p.Label, StringComparer.Ordinal).ToArray();
        foreach (var peer in distinct)
            if (epochs?.Read(peer.Label) < peer.Epoch) epochs.AdvanceTo(peer.Label, peer.Epoch);
        return new(distinct, refused);
    }

    private static (string, OverlayPeer)? Newest(IEnumerable<(string Source, OverlayPeer Peer)> of, List<string> refused)
    {
        var first = of.MaxBy(v => v.Peer.Epoch);
        if (of.All(v => v.Peer.Epoch != first.Peer.Epoch || v.Peer.IsSameAs(first.Peer))) return first;
        refused.Add(Line(first.Source, DescriptorRefusal.TwoOfOneEpoch, $"{first.Peer} has signed another descriptor with the same epoch; neither counts"));
        return null;
    }

    private static OverlayPeer? Single(IGrouping<WireGuardPublicKey, (string Source, OverlayPeer Peer)> of, List<string> refused)
    {
        if (of.Count() == 1) return of.First().Peer;
        refused.Add(Line(of.First().Source, DescriptorRefusal.SharedKey, $"{string.Join(" and ", of.Select(v => v.Peer))} claim the same WireGuard key; none of them counts"));
        return null;
    }

    /// <summary>How a refusal is reported.</summary>
    internal static string Line(string source, DescriptorRefusal refusal, string message) => $"{source}: {refusal}: {message}";

    /// <summary>A descriptor's file; null when it cannot be read.</summary>
    internal static string? ReadFile(string path)
    {
        try
        {
            return new FileInfo(path).Length <= PeerDescriptor.MaxLength ? File.ReadAllText(path) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
