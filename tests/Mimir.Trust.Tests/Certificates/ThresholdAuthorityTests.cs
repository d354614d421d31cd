using Mimir.Trust.Certificates;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.KeyRelease.Threshold;

namespace Mimir.Trust.Tests.Certificates;

public sealed class ThresholdAuthorityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Any_two_of_three_holders_issue_a_certificate_that_verifies()
    {
        var shares = ThresholdAuthority.Create(_folder.Path, 2, 3);
        foreach (var pair in new[] { new[] { 0, 1 }, [2, 0], [1, 2] })
        {
            using var authority = ThresholdAuthority.Load(_folder.Path, [.. pair.Select(i => shares[i])]);
            using var identity = authority.Issue(Role.Party, "p0", TimeSpan.FromHours(1));
            using var anchors = TrustAnchors.Load(_folder["ca.pem"]);
            Assert.Equal("p0", PeerIdentity.Verify(identity.Certificate, anchors, DateTimeOffset.UtcNow).Name);
        }
        Assert.Equal(["ca-key.deal", "ca.pem"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Too_few_or_wrong_shares_issue_nothing()
    {
        var shares = ThresholdAuthority.Create(_folder.Path, 2, 3);
        using var other = new TemporaryFolder();
        var others = ThresholdAuthority.Create(other.Path, 2, 3);
        Assert.Equal(KeyRefusal.TooFewShares, Refusal([shares[0]]));
        Assert.Equal(KeyRefusal.TooFewShares, Refusal([shares[0], shares[0]]));
        Assert.Equal(KeyRefusal.WrongShare, Refusal([shares[0], others[1]]));
        File.Copy(other["ca.pem"], _folder["ca.pem"], overwrite: true);
        Assert.Contains("another key", Assert.Throws<InvalidDataException>(() => ThresholdAuthority.Load(_folder.Path, shares)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ThresholdAuthority.Create(other["x"], 1, 3));
    }

    private KeyRefusal Refusal(IReadOnlyList<KeyShare> shares) => Assert.Throws<KeyReleaseException>(() => ThresholdAuthority.Load(_folder.Path, shares)).Refusal;
}
