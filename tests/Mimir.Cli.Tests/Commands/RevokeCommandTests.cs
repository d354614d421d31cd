using Mimir.Trust.Certificates;
using Mimir.Trust.Revocations;

namespace Mimir.Cli.Tests.Commands;

/// <summary>`mimir revoke` with an authority in a directory: what it signs, and what it does not sign.</summary>
public sealed class RevokeCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mimir-revoke-");

    public RevokeCommandTests()
    {
        using var authority = CertificateAuthority.Create();
        authority.Save(At("ca"));
    }

    [Fact]
    public async Task Each_list_is_the_next_one_and_keeps_what_was_revoked()
    {
        await DoneAsync("p2", "triple-service/t", "--reason", "stolen");
        await DoneAsync("--serial", "ab01", "--key", new string('c', 64));
        var list = Read();
        Assert.Equal(2UL, list.Version);
        Assert.Equal(["party/p2", "triple-service/t", "AB01", new string('C', 64)], list.Entries.Select(e => e.Value));
        Assert.Equal("stolen", list.Entries[0].Reason);
    }

    [Fact]
    public async Task An_authority_hands_over()
    {
        using var next = CertificateAuthority.Create();
        next.Save(At("next"));
        await DoneAsync("--successor", Path.Combine(At("next"), "ca.pem"));
        Assert.Single(Read().Successors);
        using var anchors = Mimir.Trust.TrustAnchors.Load(Path.Combine(At("ca"), "ca.pem"));
        anchors.Accept(Signed());
        var (code, _, error) = await RunAsync("revoke", "--retire", Path.Combine(At("ca"), "ca.pem"), "--authority", At("next"), "--list", At("list"));
        Assert.True(code == ExitCode.Done, error);
        anchors.Accept(Signed());
        Assert.Equal(RevocationKind.Key, Assert.Single(anchors.Revocations.List.Entries).Kind);
        using var identity = CertificateAuthority.Load(At("ca")).Issue(Mimir.Trust.Role.Party, "p0", TimeSpan.FromHours(1));
        Assert.Contains("revoked", Assert.Throws<Mimir.Trust.UntrustedPeerException>(
            () => Mimir.Trust.PeerIdentity.Verify(identity.Certificate, anchors, DateTimeOffset.UtcNow)).Message);
    }

    [Theory]
    [InlineData("nothing was signed")]
    [InlineData("is no member", "party/P2")]
    [InlineData("is no member", "nobody/p2")]
    [InlineData("--serial", "--serial", "xyz")]
    [InlineData("--key", "--key", "abcd")]
    [InlineData("--reason", "p2", "--reason", "two\nlines")]
    public async Task What_is_not_right_is_not_signed(string expected, params string[] arguments)
    {
        var (code, output, error) = await RunAsync(["revoke", .. arguments, "--authority", At("ca"), "--list", At("list")]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Empty(output);
        Assert.Contains(expected, error);
        Assert.False(File.Exists(At("list")));
    }

    [Fact]
    public async Task A_list_without_an_authority_or_over_a_damaged_one_is_not_signed()
    {
        var (code, _, error) = await RunAsync("revoke", "p2", "--authority", At("nowhere"), "--list", At("list"));
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("nowhere", error);
        File.WriteAllText(At("list"), "damaged");
        var damaged = await RunAsync("revoke", "p2", "--authority", At("ca"), "--list", At("list"));
        Assert.Equal(ExitCode.Usage, damaged.Code);
        Assert.Equal("damaged", File.ReadAllText(At("list")));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private byte[] Signed() => Convert.FromBase64String(File.ReadAllText(At("list")));

    private RevocationList Read() => RevocationCodec.Read(Signed());

    private async Task DoneAsync(params string[] arguments)
    {
        var (code, _, error) = await RunAsync(["revoke", .. arguments, "--authority", At("ca"), "--list", At("list")]);
        Assert.True(code == ExitCode.Done, error);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        return (await CommandLine.RunAsync(arguments, output, error), output.ToString(), error.ToString());
    }
}
