using Mimir.Services.Hosting;
using Mimir.Trust;
using Mimir.Trust.Certificates;
using Mimir.Trust.Revocations;

namespace Mimir.Services.Tests.Hosting;

/// <summary>Whom a process trusts after it was started again: policy and revocations come from files, and a file that is not right ends the start.</summary>
public sealed class TrustSettingsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mimir-trust-");
    private readonly CertificateAuthority _authority = CertificateAuthority.Create();

    public TrustSettingsTests() => _authority.SaveCertificate(At("ca.pem"));

    [Fact]
    public void A_list_that_was_in_force_is_in_force_again_and_is_not_rolled_back()
    {
        var first = RevocationList.None.Next(DateTimeOffset.UtcNow, [RevocationEntry.Of(Role.Party, "p2", "stolen")]);
        using (var running = Settings(null).OpenAnchors())
        {
            running.Accept(first.Sign(_authority));
            running.Revocations.Keep();
        }
        using var restarted = Settings(null).OpenAnchors();
        Assert.Equal(1UL, restarted.Revocations.List.Version);
        using var revoked = _authority.Issue(Role.Party, "p2", TimeSpan.FromHours(1));
        Assert.Throws<UntrustedPeerException>(() => PeerIdentity.Verify(revoked.Certificate, restarted, DateTimeOffset.UtcNow));
        restarted.Accept(first.Next(DateTimeOffset.UtcNow, []).Sign(_authority));
        restarted.Revocations.Keep();
        using var again = Settings(null).OpenAnchors();
        Assert.Equal("revocation.stale", Assert.Throws<RevocationRefusedException>(() => again.Accept(first.Sign(_authority))).Code);
    }

    [Fact]
    public void A_list_that_is_damaged_or_anothers_ends_the_start()
    {
        File.WriteAllText(At("revocations"), "not base 64!");
        Assert.Contains("revocations", Assert.Throws<InvalidDataException>(() => Settings(null).OpenAnchors()).Message);
        using var stranger = CertificateAuthority.Create();
        RevocationFile.Write(At("revocations"), RevocationList.None.Next(DateTimeOffset.UtcNow, []).Sign(stranger));
        Assert.Contains("revocation.signature", Assert.Throws<InvalidDataException>(() => Settings(null).OpenAnchors()).Message);
    }

    [Fact]
    public void A_policy_is_what_its_file_says_or_the_start_ends()
    {
        using var open = Settings(null).OpenAnchors();
        Assert.Null(open.Attestation);
        Assert.Contains("policy.yaml", Assert.Throws<InvalidDataException>(() => Settings("policy.yaml").OpenAnchors()).Message);
        File.WriteAllText(At("policy.yaml"), "version: 1\nprofile: lax\n");
        Assert.Contains("policy.yaml:2", Assert.Throws<InvalidDataException>(() => Settings("policy.yaml").OpenAnchors()).Message);
        File.WriteAllText(At("policy.yaml"), $"""
            version: 1
            profile: lab
            roles:
              party: [simulated]
              triple-service: [simulated]
            simulated:
              measurements:
                party: any
                triple-service: any
              lab_keys: ["{new string('a', 64)}"]
            """);
        using var strict = Settings("policy.yaml").OpenAnchors();
        Assert.NotNull(strict.Attestation);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private RoleSettings Settings(string? policy) => new()
    {
        Identity = At("none"),
        Authority = At("ca.pem"),
        Attestation = new AttestationSettings { Policy = policy is null ? null : At(policy), Revocations = At("revocations") },
    };
}
