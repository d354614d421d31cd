using Mimir.Overlay.Interfaces;
using Mimir.Overlay.Running;
using Mimir.Trust;
using Mimir.Trust.Certificates;
using Mimir.Trust.Revocations;

namespace Mimir.Overlay.Tests.Running;

/// <summary>Whom the overlay trusts: by key, serial and name, from a file and handed in, and after a new start.</summary>
public sealed class OverlayTrustTests : IDisposable
{
    private readonly Group _group = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mimir-trust-").FullName;
    private readonly List<string> _log = [];

    public OverlayTrustTests()
    {
        _group.Authority.SaveCertificate(At("ca.pem"));
        Directory.CreateDirectory(At("keys"));
    }

    public void Dispose()
    {
        _group.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(RevocationKind.Name)]
    [InlineData(RevocationKind.Serial)]
    [InlineData(RevocationKind.Key)]
    public void A_list_in_the_file_counts_at_the_next_look(RevocationKind kind)
    {
        using var trust = Trust();
        Assert.True(IsTrusted(trust, "p1"));
        var entry = new RevocationEntry(kind, kind switch
        {
            RevocationKind.Name => "party/p1",
            RevocationKind.Serial => _group.Party("p1").Certificate.SerialNumber,
            _ => Convert.ToHexString(_group.Party("p1").SpkiSha256.Span),
        }, "stolen");
        RevocationFile.Write(At("list"), RevocationList.None.Next(Group.Now, [entry]).Sign(_group.Authority));
        Assert.False(IsTrusted(trust, "p1"));
        Assert.True(IsTrusted(trust, "p2"));
    }

    [Fact]
    public void A_list_is_in_force_after_a_new_start_and_an_older_one_is_not_again()
    {
        var first = RevocationList.None.Next(Group.Now, [RevocationEntry.Of(Role.Party, "p1", "stolen")]);
        var second = first.Next(Group.Now, [RevocationEntry.Of(Role.Party, "p2", "stolen too")]);
        using (var trust = Trust())
        {
            Assert.True(trust.Accept(second.Sign(_group.Authority)));
            Assert.False(trust.Accept(trust.Now().Revocations.Signed));
        }
        RevocationFile.Write(At("list"), first.Sign(_group.Authority));
        using var again = Trust();
        Assert.False(IsTrusted(again, "p2"));
        Assert.Contains(_log, line => line.Contains("revocation.stale", StringComparison.Ordinal));
        Assert.Equal("revocation.stale", Assert.Throws<RevocationRefusedException>(() => again.Accept(first.Sign(_group.Authority))).Code);
    }

    [Fact]
    public void A_list_of_another_authority_or_a_damaged_file_changes_nothing()
    {
        using var stranger = CertificateAuthority.Create();
        using var trust = Trust();
        var list = RevocationList.None.Next(Group.Now, [RevocationEntry.Of(Role.Party, "p1", "made up")]);
        Assert.Equal("revocation.signature", Assert.Throws<RevocationRefusedException>(() => trust.Accept(list.Sign(stranger))).Code);
        RevocationFile.Write(At("list"), list.Sign(stranger));
        Assert.True(IsTrusted(trust, "p1"));
        File.WriteAllText(At("list"), "not base 64!");
        Assert.True(IsTrusted(trust, "p1"));
        Assert.Equal(2, _log.Count);
    }

    [Fact]
    public void A_new_authority_counts_when_its_file_does_and_what_was_revoked_stays_revoked()
    {
        using var next = new Group();
        using var trust = Trust();
        trust.Accept(RevocationList.None.Next(Group.Now, [RevocationEntry.Of(Role.Party, "p1", "stolen")]).Sign(_group.Authority));
        var former = File.ReadAllText(At("ca.pem"));
        next.Authority.SaveCertificate(At("ca2.pem"));
        File.WriteAllText(At("ca.pem"), former + File.ReadAllText(At("ca2.pem")));
        Assert.Equal("p2", PeerIdentity.Verify(next.Party("p2").Certificate, trust.Now(), Group.Now).Name);
        Assert.False(IsTrusted(trust, "p1"));
        // Without the authority that signed it the list could not be known to be right: nobody is trusted until that is put right.
        File.Copy(At("ca2.pem"), At("ca.pem"), overwrite: true);
        Assert.Contains("none of the authorities", Assert.Throws<InvalidDataException>(trust.Now).Message, StringComparison.Ordinal);
    }

    private bool IsTrusted(OverlayTrust trust, string name)
    {
        try
        {
            return PeerIdentity.Verify(_group.Party(name).Certificate, trust.Now(), Group.Now) is not null;
        }
        catch (UntrustedPeerException)
        {
            return false;
        }
    }

    private OverlayTrust Trust() => new(new OverlaySettings
    {
        Keys = At("keys"),
        Identity = At("identity"),
        Authority = At("ca.pem"),
        Peers = At("peers"),
        Revocations = At("list"),
        ListenPort = 51820,
        Interface = new InterfaceSettings("unused"),
        Log = _log.Add,
    });

    private string At(string name) => Path.Combine(_folder, name);
}
