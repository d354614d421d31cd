using System.Net;
using System.Text;
using Mimir.Overlay.Descriptors;
using Mimir.Trust;
using Mimir.Trust.Revocations;
using Mimir.Trust.SealedFiles;

namespace Mimir.Overlay.Tests.Descriptors;

/// <summary>A coordinator that is not to be trusted relays descriptors.</summary>
public sealed class RelayedPeersTests : IDisposable
{
    private static readonly ulong Today = (ulong)Group.Now.ToUnixTimeSeconds();
    private readonly Group _group = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mimir-relayed-").FullName;
    private readonly HighWaterMarks _epochs;
    private readonly RelayedPeers _relayed;

    public RelayedPeersTests()
    {
        _epochs = new(Path.Combine(_folder, "epochs"));
        _relayed = new(_folder, (Role.Party, "p0"), _epochs);
    }

    public void Dispose()
    {
        _group.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Members_come_into_the_folder_and_the_nodes_own_does_not()
    {
        Assert.Empty(Take(_group.Descriptor("p0", Today), _group.Descriptor("p1", Today), _group.Descriptor("p2", Today)));
        Assert.Equal(["p1", "p2"], Book().Select(p => p.Identity.Name));
        Assert.Equal(["party.p1.peer", "party.p2.peer"], Files());
    }

    [Fact]
    public void A_newer_one_replaces_and_one_that_is_held_back_stays()
    {
        Take(_group.Descriptor("p1", Today), _group.Descriptor("p2", Today));
        var next = _group.Descriptor("p1", Today + 1);
        Assert.Empty(Take(next));
        Assert.Equal([next.PublicKey], Book().Where(p => p.Identity.Name == "p1").Select(p => p.PublicKey));
        Assert.Equal(2, Book().Count);
    }

    [Fact]
    public void An_older_one_does_not_come_back()
    {
        var (old, next) = (_group.Descriptor("p1", Today), _group.Descriptor("p1", Today + 1));
        Take(old);
        Take(next);
        Refused(DescriptorRefusal.OlderEpoch, Take(old));
        Assert.Equal(next.PublicKey, Assert.Single(Book()).PublicKey);
        // Nor when the file is gone: what was seen is remembered.
        File.Delete(Path.Combine(_folder, "party.p1.peer"));
        Refused(DescriptorRefusal.OlderEpoch, Take(old));
        Assert.Empty(Files());
        Assert.Empty(Take(next));
        Assert.Single(Book());
    }

    [Fact]
    public void A_node_that_never_saw_another_is_not_given_one_of_long_ago()
    {
        Refused(DescriptorRefusal.TooOld, Take(_group.Descriptor("p1", Today - 86400 - 60)));
        Assert.Empty(Take(_group.Descriptor("p1", Today - 86400 + 600)));
    }

    [Fact]
    public void Of_two_of_one_epoch_the_first_stays()
    {
        var (first, second) = (_group.Descriptor("p1", Today), _group.Descriptor("p1", Today));
        Refused(DescriptorRefusal.TwoOfOneEpoch, Take(first, second));
        Assert.Equal(first.PublicKey, Assert.Single(Book()).PublicKey);
    }

    [Fact]
    public void Nothing_is_swapped_altered_or_made_up()
    {
        using var others = new Group();
        var (one, two) = (_group.Descriptor("p1", Today), _group.Descriptor("p2", Today));
        Refused(DescriptorRefusal.UntrustedCertificate, Take(others.Descriptor("p1", Today)));
        Refused(DescriptorRefusal.OtherIdentity, Take(two with { Name = "p1" }));
        Refused(DescriptorRefusal.OtherIdentity, Take(one with { Role = Role.Coordinator }));
        Refused(DescriptorRefusal.BadSignature, Take(one with { PublicKey = two.PublicKey }));
        Refused(DescriptorRefusal.BadSignature, Take(one with { Endpoint = IPEndPoint.Parse("192.0.2.66:51820") }));
        Refused(DescriptorRefusal.BadSignature, Take(one with { Epoch = Today + 9 }));
        Refused(DescriptorRefusal.Malformed, _relayed.Take([Encoding.ASCII.GetBytes("nonsense")], _group.Anchors, Group.Now));
        Refused(DescriptorRefusal.Malformed, _relayed.Take([new byte[PeerDescriptor.MaxLength + 1]], _group.Anchors, Group.Now));
        Assert.Empty(Files());
    }

    [Fact]
    public void A_revoked_member_does_not_come_in_and_one_that_is_in_counts_no_more()
    {
        Take(_group.Descriptor("p1", Today), _group.Descriptor("p2", Today));
        _group.Anchors.Accept(RevocationList.None.Next(Group.Now, [RevocationEntry.Of(Role.Party, "p1", "stolen")]).Sign(_group.Authority));
        Refused(DescriptorRefusal.UntrustedCertificate, Take(_group.Descriptor("p1", Today + 1)));
        Assert.Equal("p2", Assert.Single(Book()).Identity.Name);
    }

    private static void Refused(DescriptorRefusal refusal, IReadOnlyList<string> refused) => Assert.Contains($"{refusal}:", Assert.Single(refused), StringComparison.Ordinal);

    private IReadOnlyList<string> Take(params PeerDescriptor[] descriptors) =>
        _relayed.Take(descriptors.Select(d => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(d.ToString())), _group.Anchors, Group.Now);

    private IReadOnlyList<OverlayPeer> Book() => PeerBook.Read(_folder, (Role.Party, "p0"), _group.Anchors, _epochs, Group.Now).Peers;

    private string[] Files() => [.. Directory.EnumerateFiles(_folder, "*.peer").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
}
