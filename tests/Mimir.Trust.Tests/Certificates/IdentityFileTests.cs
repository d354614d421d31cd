using Mimir.Trust.Certificates;

namespace Mimir.Trust.Tests.Certificates;

public sealed class IdentityFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mimir-trust-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Identity_and_authority_come_back_from_their_files_and_only_the_owner_may_read_them()
    {
        var files = Path.Combine(_directory, "p0");
        var authorityFiles = Path.Combine(_directory, "ca");
        using (var authority = CertificateAuthority.Create())
        {
            authority.Save(authorityFiles);
            using var identity = authority.Issue(Role.Party, "p0", TimeSpan.FromHours(1));
            identity.Save(files);
            identity.Save(files);
        }

        using var loadedAuthority = CertificateAuthority.Load(authorityFiles);
        using var loaded = Identity.Load(files);
        using var anchors = TrustAnchors.Load(Path.Combine(authorityFiles, "ca.pem"));
        Assert.Equal("p0", PeerIdentity.Verify(loaded.Certificate, anchors, DateTimeOffset.UtcNow).Name);
        using var later = loadedAuthority.Issue(Role.Coordinator, "c", TimeSpan.FromHours(1));
        Assert.Equal(Role.Coordinator, PeerIdentity.Verify(later.Certificate, anchors, DateTimeOffset.UtcNow).Role);

        if (OperatingSystem.IsWindows()) return;
        foreach (var file in Directory.EnumerateFiles(_directory, "*", SearchOption.AllDirectories))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(5, Directory.GetFiles(_directory, "*", SearchOption.AllDirectories).Length);
    }

    [Theory]
    [InlineData("certificate.pem")]
    [InlineData("key.pem")]
    [InlineData("sealing-key.pem")]
    public void Missing_or_mixed_files_are_named(string file)
    {
        using var authority = CertificateAuthority.Create();
        using var first = authority.Issue(Role.Party, "p0", TimeSpan.FromHours(1));
        using var second = authority.Issue(Role.Party, "p1", TimeSpan.FromHours(1));
        var (a, b) = (Path.Combine(_directory, "a"), Path.Combine(_directory, "b"));
        first.Save(a);
        second.Save(b);
        File.Copy(Path.Combine(b, file), Path.Combine(a, file), overwrite: true);
        Assert.Contains(a, Assert.Throws<InvalidDataException>(() => Identity.Load(a)).Message);
        File.WriteAllText(Path.Combine(a, file), "not a key");
        Assert.Contains(a, Assert.Throws<InvalidDataException>(() => Identity.Load(a)).Message);
        File.Delete(Path.Combine(a, file));
        Assert.Contains(file, Assert.Throws<InvalidDataException>(() => Identity.Load(a)).Message);
    }

    [Fact]
    public void A_disposed_identity_cannot_open_anything_any_more()
    {
        using var authority = CertificateAuthority.Create();
        var identity = authority.Issue(Role.Party, "p0", TimeSpan.FromHours(1));
        identity.Dispose();
        Assert.Throws<ObjectDisposedException>(() => identity.SealingKey.ExportPem());
    }
}
