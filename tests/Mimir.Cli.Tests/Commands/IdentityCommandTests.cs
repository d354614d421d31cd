namespace Mimir.Cli.Tests.Commands;

public sealed class IdentityCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mimir-identity-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_shared_authority_issues_with_enough_shares_only()
    {
        var authority = Path.Combine(_directory, "authority");
        Assert.Equal((ExitCode.Done, ""), await RunAsync("identity", "authority", authority, "--threshold", "2", "--holders", "3"));
        string Share(int i) => Path.Combine(authority, "shares", $"share-{i}.pem");
        string[] issue = ["identity", "issue", "party", "p0", Path.Combine(_directory, "p0"), "--authority", authority];
        var (code, error) = await RunAsync(issue);
        Assert.Equal((ExitCode.Usage, true), (code, error.Contains("--share", StringComparison.Ordinal)));
        (code, error) = await RunAsync([.. issue, "--share", Share(2)]);
        Assert.Equal((ExitCode.Failed, true), (code, error.Contains("1 of 2 shares", StringComparison.Ordinal)));
        Assert.Equal((ExitCode.Done, ""), await RunAsync([.. issue, "--share", Share(3), "--share", Share(1)]));
        using var identity = Mimir.Trust.Identity.Load(Path.Combine(_directory, "p0"));
        using var anchors = Mimir.Trust.TrustAnchors.Load(Path.Combine(authority, "ca.pem"));
        Assert.Equal("p0", Mimir.Trust.PeerIdentity.Verify(identity.Certificate, anchors, DateTimeOffset.UtcNow).Name);
    }

    [Fact]
    public async Task An_identity_is_certified_anew_with_its_keys()
    {
        string At(string name) => Path.Combine(_directory, name);
        Assert.Equal((ExitCode.Done, ""), await RunAsync("identity", "authority", At("old")));
        Assert.Equal((ExitCode.Done, ""), await RunAsync("identity", "authority", At("new")));
        Assert.Equal((ExitCode.Done, ""), await RunAsync("identity", "issue", "party", "p0", At("p0"), "--authority", At("old")));
        using var former = Mimir.Trust.Identity.Load(At("p0"));
        Assert.Equal((ExitCode.Done, ""), await RunAsync("identity", "renew", At("p0"), "--authority", At("new"), "--days", "3"));
        using var renewed = Mimir.Trust.Identity.Load(At("p0"));
        Assert.Equal(former.SpkiSha256.ToArray(), renewed.SpkiSha256.ToArray());
        Assert.Equal(former.SealingKey.PublicKey.ToArray(), renewed.SealingKey.PublicKey.ToArray());
        using var anchors = Mimir.Trust.TrustAnchors.Load(At("new/ca.pem"));
        Assert.Equal("p0", Mimir.Trust.PeerIdentity.Verify(renewed.Certificate, anchors, DateTimeOffset.UtcNow).Name);
        Assert.Throws<Mimir.Trust.UntrustedPeerException>(() => Mimir.Trust.PeerIdentity.Verify(former.Certificate, anchors, DateTimeOffset.UtcNow));
        Assert.Equal(ExitCode.Usage, (await RunAsync("identity", "renew", At("nobody"), "--authority", At("new"))).Code);
    }

    [Theory]
    [InlineData("--threshold", "2")]
    [InlineData("--threshold", "3", "--holders", "2")]
    [InlineData("--token", "mimir")]
    [InlineData("--token", "mimir", "--token-library", "x", "--token-key", "k", "--threshold", "2", "--holders", "2")]
    public async Task Options_that_do_not_belong_together_are_refused(params string[] options) =>
        Assert.Equal(ExitCode.Usage, (await RunAsync(["identity", "authority", Path.Combine(_directory, "a"), .. options])).Code);

    [Fact]
    public async Task A_data_key_is_split_and_combined()
    {
        string At(string name) => Path.Combine(_directory, name);
        Assert.Equal((ExitCode.Done, ""), await RunAsync("key", "new", At("k"), "--name", "weights"));
        Assert.Equal((ExitCode.Done, ""), await RunAsync("key", "split", At("k"), "--threshold", "2", "--holders", "3", "--out", At("dealt")));
        Assert.Equal((ExitCode.Done, ""), await RunAsync("key", "combine", At("dealt/deal.pem"), "--share", At("dealt/share-3.pem"), "--share", At("dealt/share-2.pem"), "--out", At("back")));
        Assert.Equal(File.ReadAllText(At("k")), File.ReadAllText(At("back")));
        Assert.Equal(ExitCode.Failed, (await RunAsync("key", "combine", At("dealt/deal.pem"), "--share", At("dealt/share-3.pem"), "--out", At("none"))).Code);
    }

    private static async Task<(int Code, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        return (await CommandLine.RunAsync(arguments, output, error), error.ToString());
    }
}
