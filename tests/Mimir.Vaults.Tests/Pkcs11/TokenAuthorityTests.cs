using Mimir.Trust;
using Mimir.Vaults.Pkcs11;

namespace Mimir.Vaults.Tests.Pkcs11;

/// <summary>An authority whose key never leaves SoftHSM.</summary>
[Collection(nameof(SoftToken))]
public sealed class TokenAuthorityTests : IDisposable
{
    private static readonly TokenAuthority Where = new(SoftToken.Library, SoftToken.Label, "authority");
    private readonly string _directory = Directory.CreateTempSubdirectory("mimir-authority-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void It_issues_a_certificate_that_verifies_and_signs()
    {
        SoftToken.Require();
        Where.Create(_directory, SoftToken.Pin, TimeSpan.FromDays(10));
        using var authority = TokenAuthority.Read(_directory).Open(_directory, SoftToken.Pin);
        using var identity = authority.Issue(Role.Coordinator, "c", TimeSpan.FromHours(1));
        using var anchors = TrustAnchors.Load(Path.Combine(_directory, "ca.pem"));
        Assert.Equal("c", PeerIdentity.Verify(identity.Certificate, anchors, DateTimeOffset.UtcNow).Name);
        using var certificate = TrustAnchors.LoadCertificates(Path.Combine(_directory, "ca.pem"))[0];
        using var key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPublicKey(certificate)!;
        Assert.True(key.VerifyData("list"u8, authority.SignData("list"u8), System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.DSASignatureFormat.Rfc3279DerSequence));
        Assert.Equal(["ca-token.json", "ca.pem"], Directory.GetFiles(_directory).Select(Path.GetFileName).Order());
        Assert.DoesNotContain(SoftToken.Pin, File.ReadAllText(Path.Combine(_directory, TokenAuthority.FileName)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"library": "a", "token": "b", "key": "c", "pin": "1"}""")]
    public void A_description_of_another_form_is_refused(string json)
    {
        File.WriteAllText(Path.Combine(_directory, TokenAuthority.FileName), json);
        Assert.Contains(TokenAuthority.FileName, Assert.Throws<InvalidDataException>(() => TokenAuthority.Read(_directory)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_of_another_key_is_refused()
    {
        SoftToken.Require();
        using (var other = Mimir.Trust.Certificates.CertificateAuthority.Create()) other.SaveCertificate(Path.Combine(_directory, "ca.pem"));
        Assert.Throws<InvalidDataException>(() => Where.Open(_directory, SoftToken.Pin));
    }
}
