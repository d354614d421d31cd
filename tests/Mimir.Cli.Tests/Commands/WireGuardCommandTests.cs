using Mimir.Overlay;
using Mimir.Overlay.Descriptors;
using Mimir.Trust;
using Mimir.Trust.Certificates;

namespace Mimir.Cli.Tests.Commands;

/// <summary>What `mimir wireguard` does without an interface; interfaces are tested in Mimir.Overlay.Tests.</summary>
public sealed class WireGuardCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mimir-wireguard-").FullName;

    public WireGuardCommandTests()
    {
        using var authority = CertificateAuthority.Create();
        authority.SaveCertificate(At("ca.pem"));
        using var identity = authority.Issue(Role.Party, "p0", TimeSpan.FromHours(1));
        identity.Save(At("identity"));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Keys_descriptor_rotation_and_activation()
    {
        var first = (await DoneAsync("wireguard", "keys", At("keys"))).Trim();
        await SignAsync("descriptor");
        var before = Read();
        Assert.Equal((first, "192.0.2.1:51820"), (before.PublicKey.ToString(), before.Endpoint.ToString()));
        await SignAsync("rotate");
        var next = Read();
        Assert.NotEqual(before.PublicKey, next.PublicKey);
        Assert.True(next.Epoch > before.Epoch);
        await SignAsync("rotate");
        var again = Read();
        Assert.Equal(next.PublicKey, again.PublicKey);
        Assert.True(again.Epoch > next.Epoch);
        Assert.Contains("rotation is under way", await RefusedAsync(ExitCode.Usage, Signing("descriptor")), StringComparison.Ordinal);
        Assert.Equal(next.PublicKey.ToString(), (await DoneAsync("wireguard", "activate", At("keys"))).Trim());
        await SignAsync("descriptor");
        Assert.Equal(next.PublicKey, Read().PublicKey);
    }

    [Fact]
    public async Task Without_a_file_to_write_the_descriptor_stays_beside_the_keys_to_be_announced()
    {
        await DoneAsync("wireguard", "keys", At("keys"));
        foreach (var verb in (string[])["descriptor", "rotate"])
        {
            await DoneAsync(Signing(verb)[..^2]);
            var own = PeerDescriptor.Parse(File.ReadAllText(At("keys/own.peer")));
            using var anchors = TrustAnchors.Load(At("ca.pem"));
            using var identity = Identity.Load(At("identity"));
            var announced = new OwnDescriptor(new(At("keys"))).Sign(identity, DateTimeOffset.UtcNow);
            // Signed afresh, it is the newest; and it says the same.
            Assert.True(announced.Epoch > own.Epoch);
            Assert.Equal((own.PublicKey, own.Endpoint), (announced.PublicKey, announced.Endpoint));
            Assert.Equal("p0", OverlayPeer.Verify(announced.ToString(), anchors, DateTimeOffset.UtcNow).Identity.Name);
        }
        File.Delete(At("keys/own.peer"));
        using var signer = Identity.Load(At("identity"));
        Assert.Contains("'mimir wireguard descriptor' makes one", Assert.Throws<OverlayException>(() => new OwnDescriptor(new(At("keys"))).Sign(signer, DateTimeOffset.UtcNow)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_requests_are_one_line_with_the_right_status()
    {
        Assert.Contains("there is no such key", await RefusedAsync(ExitCode.Usage, Signing("descriptor")), StringComparison.Ordinal);
        Assert.Contains("there is no such key", await RefusedAsync(ExitCode.Usage, Signing("rotate")), StringComparison.Ordinal);
        await DoneAsync("wireguard", "keys", At("keys"));
        Assert.Contains("exists already", await RefusedAsync(ExitCode.Usage, "wireguard", "keys", At("keys")), StringComparison.Ordinal);
        Assert.Contains("there is no such key", await RefusedAsync(ExitCode.Usage, "wireguard", "activate", At("keys")), StringComparison.Ordinal);
        foreach (var endpoint in (string[])["nowhere", "192.0.2.1", "0.0.0.0:51820"])
            Assert.Contains("ndpoint", await RefusedAsync(ExitCode.Usage, Signing("descriptor", endpoint)), StringComparison.Ordinal);
        Assert.Contains("belong together", await RefusedAsync(ExitCode.Usage, "wireguard", "status", "--peers", At("x")), StringComparison.Ordinal);
        Assert.Contains("no name of an interface", await RefusedAsync(ExitCode.Usage, "wireguard", "status", "--interface", "../x"), StringComparison.Ordinal);
        Assert.Contains("nothing answers", await RefusedAsync(ExitCode.Unreachable, "wireguard", "status", "--interface", "mimirnone"), StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(_directory, name);

    private string[] Signing(string verb, string endpoint = "192.0.2.1:51820") =>
        ["wireguard", verb, At("keys"), "--identity", At("identity"), "--endpoint", endpoint, "--out", At("p0.peer")];

    private Task<string> SignAsync(string verb) => DoneAsync(Signing(verb));

    private OverlayPeer Read()
    {
        using var anchors = TrustAnchors.Load(At("ca.pem"));
        return OverlayPeer.Verify(File.ReadAllText(At("p0.peer")), anchors, DateTimeOffset.UtcNow);
    }

    private static async Task<string> DoneAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal((ExitCode.Done, ""), (await CommandLine.RunAsync(arguments, output, error), error.ToString()));
        return output.ToString();
    }

    private static async Task<string> RefusedAsync(int code, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(code, await CommandLine.RunAsync(arguments, output, error));
        Assert.Single(error.ToString().TrimEnd().Split('\n'));
        return error.ToString();
    }
}
