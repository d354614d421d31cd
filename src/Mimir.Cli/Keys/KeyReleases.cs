using System.Security.Cryptography;
using Amazon;
using Amazon.KeyManagementService;
using Mimir.Cli.Commands;
using Mimir.Cli.Configuration;
using Mimir.Services.Attesting;
using Mimir.Services.Hosting;
using Mimir.Services.KeyHolders;
using Mimir.Trust.KeyRelease;
using Mimir.Vaults;
using Mimir.Vaults.Aws;
using Mimir.Vaults.Oci;
using Mimir.Vaults.Pkcs11;

namespace Mimir.Cli.Keys;

/// <summary>From the configuration's <c>keys</c> to the release of this process.</summary>
internal static class KeyReleases
{
    /// <summary>The release that the configuration names.</summary>
    /// <param name="config">Where keys come from, who this process is, and what proves what it runs.</param>
    /// <param name="log">Told one line for each holder of a share that gave none, or a wrong one.</param>
    /// <param name="nitro">Makes Nitro documents; the module of the enclave when not given.</param>
    /// <exception cref="UsageException"><c>keys.release</c> is not set.</exception>
    /// <exception cref="InvalidDataException">A file that a setting names cannot be used; names it.</exception>
    public static OpenKeyRelease Open(MimirConfig config, Action<string> log, KeyAttester? nitro = null) => config.Keys switch
    {
        KeysConfig.Local local => new(new LocalKeyRelease(local.Folder)),
        KeysConfig.AwsKms aws => Aws(aws, nitro ?? NitroKeyAttester.OfThisEnclave()),
        KeysConfig.OciVault oci => Oci(oci),
        KeysConfig.Pkcs11 token => Token(token),
        KeysConfig.Threshold threshold => Threshold(threshold, RoleCommands.Settings(config), log),
        _ => throw new UsageException("keys.release is not set; put it into the file that --config names, or name a key file"),
    };

    private static OpenKeyRelease Aws(KeysConfig.AwsKms settings, KeyAttester attester)
    {
        var options = new AmazonKeyManagementServiceConfig();
        if (settings.Endpoint is { } endpoint) (options.ServiceURL, options.AuthenticationRegion) = (endpoint, settings.Region);
        else options.RegionEndpoint = RegionEndpoint.GetBySystemName(settings.Region);
        var client = new AmazonKeyManagementServiceClient(options);
        return new(new AwsKmsKeyRelease(client, new WrappedKeyFolder(settings.Folder).Find, attester), client);
    }

    private static OpenKeyRelease Oci(KeysConfig.OciVault settings)
    {
        var signing = RSA.Create();
        try
        {
            signing.ImportFromPem(File.ReadAllText(settings.SigningKey));
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException or IOException or UnauthorizedAccessException)
        {
            signing.Dispose();
            throw new InvalidDataException($"keys.oci_signing_key: '{settings.SigningKey}' is no RSA key in PEM form that can be read");
        }
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        var wrapped = new WrappedKeyFolder(settings.Folder);
        var signer = new OciRequestSigner(settings.Signer, signing, TimeProvider.System);
        return new(
            new OciVaultKeyRelease(client, new Uri(settings.Endpoint), settings.Key, signer, name => wrapped.Find(name) is { } bytes ? Convert.ToBase64String(bytes) : null),
            signing, client);
    }

    private static OpenKeyRelease Token(KeysConfig.Pkcs11 settings)
    {
        var token = Pkcs11Token.Open(settings.Library, settings.Token, TokenPin.Read($"keys.token: the key '{settings.Key}'"));
        return new(
            new Pkcs11KeyRelease(token, settings.Key, settings.Hash == "sha1" ? OaepHash.Sha1 : OaepHash.Sha256, new WrappedKeyFolder(settings.Folder).Find), token);
    }

    private static OpenKeyRelease Threshold(KeysConfig.Threshold settings, RoleSettings role, Action<string> log)
    {
        var release = NetworkKeyRelease.Open(role, settings.Deal, [.. settings.Holders.Select(h => (h.Name, HostAddress.Parse(h.Endpoint)))], log);
        return new(release, release);
    }
}
