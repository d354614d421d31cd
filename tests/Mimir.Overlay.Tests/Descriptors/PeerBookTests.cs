using Mimir.Overlay.Descriptors;
using Mimir.Trust;
using Mimir.Trust.SealedFiles;

namespace Mimir.Overlay.Tests.Descriptors;

public sealed class PeerBookTests : IDisposable
{
    private readonly Group _group = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mimir-book-").FullName;
    private readonly HighWaterMarks _epochs;

    public PeerBookTests() => _epochs = new(Path.Combine(_folder, "epochs"));

    public void Dispose()
    {
        _group.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void The_newest_descriptor_of_each_counts()
    {
        var newest = _group.Descriptor("p1", 5);
        var book = Book(_group.Descriptor("p1", 4), newest, _group.Descriptor("p1", 3), _group.Descriptor("p2"));
        Assert.Equal(["p1", "p2"], book.Peers.Select(p => p.Identity.Name));
        Assert.Equal(newest.PublicKey, book.Peers[0].PublicKey);
        Assert.Empty(book.Refused);
    }

    [Fact]
    public void An_older_one_is_refused_once_a_newer_was_seen()
    {
        var old = _group.Descriptor("p1", 4);
        Assert.Single(Book(old).Peers);
        Assert.Single(Book(_group.Descriptor("p1", 5)).Peers);
        var book = Book(old);
        Assert.Empty(book.Peers);
        Assert.Contains(nameof(DescriptorRefusal.OlderEpoch), Assert.Single(book.Refused), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_of_one_epoch_count_neither_but_twice_the_same_is_one()
    {
        var one = _group.Descriptor("p1", 4);
        Assert.Single(Book(one, one).Peers);
        var book = Book(one, _group.Descriptor("p1", 4));
        Assert.Empty(book.Peers);
        Assert.Contains(nameof(DescriptorRefusal.TwoOfOneEpoch), Assert.Single(book.Refused), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_nodes_with_one_key_count_neither()
    {
        var key = Group.NewKey();
        var book = Book(_group.Descriptor("p1", 1, key), _group.Descriptor("p2", 1, key), _group.Descriptor("p3"));
        Assert.Equal("p3", Assert.Single(book.Peers).Identity.Name);
        Assert.Contains(nameof(DescriptorRefusal.SharedKey), Assert.Single(book.Refused), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_file_leaves_the_others_and_the_nodes_own_is_no_peer()
    {
        File.WriteAllText(Path.Combine(_folder, "a.peer"), "nonsense");
        File.WriteAllText(Path.Combine(_folder, "b.peer"), _group.Descriptor("p1").ToString());
        File.WriteAllText(Path.Combine(_folder, "c.peer"), _group.Descriptor("p0").ToString());
        File.WriteAllText(Path.Combine(_folder, "d.peer"), new string('x', PeerDescriptor.MaxLength + 1));
        File.WriteAllText(Path.Combine(_folder, "e.txt"), "not read");
        var book = PeerBook.Read(_folder, (Role.Party, "p0"), _group.Anchors, _epochs, Group.Now);
        Assert.Equal("p1", Assert.Single(book.Peers).Identity.Name);
        Assert.Equal(2, book.Refused.Count);
        Assert.Throws<OverlayException>(() => PeerBook.Read(Path.Combine(_folder, "none"), null, _group.Anchors, null, Group.Now));
    }

    [Fact]
    public void A_certificate_that_has_ended_ends_the_peer()
    {
        var texts = new[] { ("a", (string?)_group.Descriptor("p1").ToString()) };
        Assert.Single(PeerBook.Of(texts, null, _group.Anchors, null, Group.Now).Peers);
        Assert.Empty(PeerBook.Of(texts, null, _group.Anchors, null, Group.Now.AddHours(2)).Peers);
    }

    private PeerBook Book(params PeerDescriptor[] descriptors) =>
        PeerBook.Of(descriptors.Select((d, i) => ($"{i}.peer", (string?)d.ToString())), (Role.Party, "p0"), _group.Anchors, _epochs, Group.Now);
}
