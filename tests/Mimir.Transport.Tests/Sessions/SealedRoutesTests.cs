using Mimir.Spdz;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Transport.Tests.Sessions;

public sealed class SealedRoutesTests : IDisposable
{
    private readonly Members _members = new();

    [Fact]
    public void What_is_sealed_opens_once_and_in_order()
    {
        var (alice, p0) = (_members.Identity(Role.DataOwner, "alice"), _members.Identity(Role.Party, "p0"));
        var (sender, receiver) = (new SealedRoutes(alice, Members.Session), new SealedRoutes(p0, Members.Session));
        var first = sender.Seal(_members.Peer(p0), SealPurpose.Input, "one"u8);
        var second = sender.Seal(_members.Peer(p0), SealPurpose.Input, "two"u8);
        var stop = sender.Seal(_members.Peer(p0), SealPurpose.Stop, []);
        Assert.Equal("one"u8, receiver.Open(_members.Peer(alice), first));
        Assert.Empty(receiver.Open(_members.Peer(alice), stop));
        Assert.Equal("two"u8, receiver.Open(_members.Peer(alice), second));
        Assert.Throws<MalformedMessageException>(() => receiver.Open(_members.Peer(alice), second));
    }

    public static TheoryData<string> Changes => ["session", "sender", "recipient", "sequence", "purpose", "bytes", "skipped"];

    [Theory]
    [MemberData(nameof(Changes))]
    public void What_was_changed_on_the_way_does_not_open(string what)
    {
        var (alice, bob, p0) = (_members.Identity(Role.DataOwner, "alice"), _members.Identity(Role.DataOwner, "bob"), _members.Identity(Role.Party, "p0"));
        var sender = new SealedRoutes(alice, Members.Session);
        var receiver = new SealedRoutes(p0, Members.Session);
        if (what == "skipped") sender.Seal(_members.Peer(p0), SealPurpose.Input, "lost"u8);
        var envelope = sender.Seal(_members.Peer(p0), SealPurpose.Input, "text"u8);
        var from = _members.Peer(alice);
        switch (what)
        {
            case "session": envelope.Session = SessionId.New().ToByteString(); break;
            case "sender": envelope.Sender = bob.ToRef(); from = _members.Peer(bob); break;
            case "recipient": envelope.Recipient.Name = "p1"; break;
            case "sequence": envelope.Sequence++; break;
            case "purpose": envelope.Purpose = SealPurpose.Stop; break;
            case "bytes": envelope.Sealed = Google.Protobuf.ByteString.CopyFrom([.. envelope.Sealed.Span[..^1], (byte)(envelope.Sealed[^1] ^ 1)]); break;
        }
        Assert.Throws<MalformedMessageException>(() => receiver.Open(from, envelope));
    }

    public void Dispose() => _members.Dispose();
}
