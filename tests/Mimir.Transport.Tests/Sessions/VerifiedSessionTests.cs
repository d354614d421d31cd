using CsCheck;
using Mimir.Spdz;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.Certificates;
using Google.Protobuf;

namespace Mimir.Transport.Tests.Sessions;

public sealed class VerifiedSessionTests : IDisposable
{
    private readonly Members _members = new();

    [Fact]
    public void A_description_is_read_as_it_was_written()
    {
        var session = _members.Read(_members.Describe());
        Assert.Equal(Members.Session, session.Id);
        Assert.Equal(Members.Plan.Segments, session.Plan.Segments);
        Assert.Equal(Members.Plan with { Segments = session.Plan.Segments, Receivers = session.Plan.Receivers }, session.Plan);
        Assert.Equal(["bob"], session.Plan.Receivers);
        Assert.Equal(["p0", "p1"], session.Parties.Select(p => p.Identity.Name));
        Assert.Equal(1, session.IndexOf("p1"));
        Assert.Throws<MalformedMessageException>(() => session.IndexOf("p2"));
    }

    public static TheoryData<string> Lies =>
        ["one party", "party twice", "a client as party", "a party as dealer", "client missing", "stranger as client", "renamed certificate", "another authority", "no port", "n", "receiver", "level"];

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_description_that_is_not_right_is_refused(string lie)
    {
        var descriptor = _members.Describe();
        using var other = CertificateAuthority.Create();
        using var foreign = other.Issue(Role.Party, "p1", TimeSpan.FromHours(1));
        switch (lie)
        {
            case "one party": descriptor.Parties.RemoveAt(1); break;
            case "party twice": descriptor.Parties[1] = descriptor.Parties[0]; break;
            case "a client as party": descriptor.Parties[1].Worker = descriptor.Clients[0]; break;
            case "a party as dealer": descriptor.TripleService = descriptor.Parties[0]; break;
            case "client missing": descriptor.Clients.RemoveAt(0); break;
            case "stranger as client": descriptor.Clients[0] = _members.Peer(_members.Identity(Role.DataOwner, "eve")).ToCertificate(); break;
            case "renamed certificate": descriptor.Clients[0].CertificateDer = _members.Peer(_members.Identity(Role.DataOwner, "eve")).ToCertificate().CertificateDer; break;
            case "another authority": descriptor.Parties[1].Worker.CertificateDer = ByteString.CopyFrom(foreign.Certificate.RawData); break;
            case "no port": descriptor.Parties[0].Port = 0; break;
            case "n": descriptor.Terms.Parties = 3; break;
            case "receiver": descriptor.Terms.Receivers.Add("carol"); break;
            case "level": descriptor.Terms.Security = SecurityLevel.Unspecified; break;
        }
        var error = Assert.ThrowsAny<Exception>(() => _members.Read(descriptor));
        Assert.True(error is ProtocolViolation or UntrustedPeerException, error.ToString());
    }

    [Fact]
    public void Damaged_descriptions_are_refused_without_a_crash()
    {
        var bytes = _members.Describe().ToByteArray();
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            var changed = (byte[])bytes.Clone();
            changed[at] ^= value;
            try
            {
                VerifiedSession.Read(changed, _members.Anchors, DateTimeOffset.UtcNow);
            }
            catch (Exception error) when (error is ProtocolViolation or UntrustedPeerException)
            {
            }
        }, iter: 300, seed: "0000KOIPe982", threads: 1);
    }

    public void Dispose() => _members.Dispose();
}
