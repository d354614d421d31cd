using System.Formats.Cbor;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Mimir.Cli.Configuration;
using Mimir.Cli.Keys;
using Mimir.Services.Attesting;
using Mimir.Services.Attesting.Nitro;
using Mimir.Trust.KeyRelease;
using Mimir.Vaults.Tests;
using Mimir.Vaults.Tests.Aws;
using Mimir.Vaults.Tests.Pkcs11;

namespace Mimir.Cli.Tests.Keys;

/// <summary>Files sealed under a key file and opened by the key's name, from the command line, with each kind of release.</summary>
public sealed class KeyReleaseTests : IClassFixture<SoftToken>, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mimir-keys-").FullName;
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Local_keys_are_released_by_name()
    {
        var config = Configure("release: local", $"folder: {_directory}");
        await SealAsync();
        await OpensAsync(config);
        Assert.Contains("there is no such key", await RefusedAsync(ExitCode.Failed, Unseal(config, "other")), StringComparison.Ordinal);
        Assert.Contains("keys.release is not set", await RefusedAsync(ExitCode.Usage, "unseal", At("sealed"), "--out", At("x"), "--key-name", "weights"), StringComparison.Ordinal);
        Assert.Contains("not both", await RefusedAsync(ExitCode.Usage, [.. Unseal(config, "weights"), "--key", At("weights.key")]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_put_under_another_released_key()
    {
        var config = Configure("release: local", $"folder: {_directory}");
        await SealAsync();
        using (var next = DataKey.Generate("next")) DataKeyFile.Save(At("next.key"), next);
        await DoneAsync("rekey", At("sealed"), "--key-name", "weights", "--new-key-name", "next", "--config", config);
        await RefusedAsync(ExitCode.Failed, Unseal(config, "weights"));
        await DoneAsync(Unseal(config, "next"));
    }

    [Fact]
    public async Task A_token_releases_its_keys()
    {
        SoftToken.Require();
        Environment.SetEnvironmentVariable("MIMIR_TOKEN_PIN", SoftToken.Pin);
        var config = Configure(
            "release: pkcs11", $"folder: {_directory}", $"token_library: {SoftToken.Library}", $"token: {SoftToken.Label}", "token_key: wrapping", "token_hash: sha1");
        await SealAsync();
        Assert.Contains("no ciphertext", await RefusedAsync(ExitCode.Failed, Unseal(config, "weights")), StringComparison.Ordinal);
        File.WriteAllText(At("weights.wrapped"), Convert.ToBase64String(SoftToken.Wrap(_secret), Base64FormattingOptions.InsertLineBreaks) + "\n");
        await OpensAsync(config);
        File.WriteAllText(At("weights.wrapped"), "not base64!");
        Assert.Contains("weights.wrapped: is no encrypted key", await RefusedAsync(ExitCode.Usage, Unseal(config, "weights")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OCI_Vault_releases_its_keys()
    {
        using var signing = RSA.Create(2048);
        File.WriteAllText(At("api.pem"), signing.ExportPkcs8PrivateKeyPem());
        using var server = new Loopback((request, body) => Vault(request, body, signing));
        var config = Configure(
            "release: oci-vault", $"folder: {_directory}", $"oci_endpoint: {server.Address}", "oci_key: ocid1.key.oc1..k", "oci_signer: t/u/aa:bb", $"oci_signing_key: {At("api.pem")}");
        await SealAsync();
        File.WriteAllText(At("weights.wrapped"), "Y2lwaGVydGV4dA==\n");
        await OpensAsync(config);
        File.WriteAllText(At("api.pem"), "none");
        Assert.Contains("keys.oci_signing_key", await RefusedAsync(ExitCode.Usage, Unseal(config, "weights")), StringComparison.Ordinal);
    }

    /// <summary>All but the module itself: its messages, the AWS SDK, and what KMS answers.</summary>
    [Fact]
    public async Task AWS_KMS_releases_its_keys_for_the_document_of_the_Nitro_module()
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "AKIDTEST");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "secret");
        using var kms = new KmsOnLoopback();
        var config = Configure("release: aws-kms", $"folder: {_directory}", "aws_region: eu-central-1", $"aws_endpoint: {kms.Address}");
        File.WriteAllText(At("weights.wrapped"), Convert.ToBase64String(kms.Ciphertext));
        var module = NitroKeyAttester.Of(new Module(spki => kms.AttestAsync(spki, default, default).Result));
        using var release = KeyReleases.Open(ConfigLoader.Load(config, []), _ => { }, module);
        using var key = await release.ReleaseAsync("weights", TestContext.Current.CancellationToken);
        Assert.True(key.Bytes.SequenceEqual(kms.DataKey));
        Assert.Empty(kms.Faults);
        var forged = NitroKeyAttester.Of(new Module(spki => [.. new byte[96], .. spki]));
        using var denied = KeyReleases.Open(ConfigLoader.Load(config, []), _ => { }, forged);
        Assert.Equal(KeyRefusal.Denied, (await Assert.ThrowsAsync<KeyReleaseException>(() => denied.ReleaseAsync("weights", default))).Refusal);
        if (File.Exists("/dev/nsm")) return;
        await SealAsync();
        Assert.Contains("/dev/nsm cannot be used", await RefusedAsync(ExitCode.Failed, Unseal(config, "weights")), StringComparison.Ordinal);
    }

    private (int, byte[]) Vault(HttpListenerRequest request, byte[] body, RSA signing)
    {
        using var json = JsonDocument.Parse(body);
        var signature = request.Headers["Authorization"]!.Split("signature=\"")[1].TrimEnd('"');
        var text = $"date: {request.Headers["date"]}\n(request-target): post {request.RawUrl}\nhost: {request.Headers["host"]}\n"
            + $"content-length: {body.Length}\ncontent-type: application/json\nx-content-sha256: {Convert.ToBase64String(SHA256.HashData(body))}";
        var right = request.RawUrl == "/20180608/decrypt" && request.Headers["Authorization"]!.Contains("keyId=\"t/u/aa:bb\"", StringComparison.Ordinal)
            && signing.VerifyData(System.Text.Encoding.UTF8.GetBytes(text), Convert.FromBase64String(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            && json.RootElement.GetProperty("ciphertext").GetString() == "Y2lwaGVydGV4dA==" && json.RootElement.GetProperty("keyId").GetString() == "ocid1.key.oc1..k";
        return right ? (200, JsonSerializer.SerializeToUtf8Bytes(new { plaintext = _secret })) : (401, "{}"u8.ToArray());
    }

    private string At(string name) => Path.Combine(_directory, name);

    private string Configure(params string[] keys)
    {
        File.WriteAllText(At("mimir.yaml"), $"keys:\n{string.Concat(keys.Select(k => $"  {k}\n"))}");
        return At("mimir.yaml");
    }

    private async Task SealAsync()
    {
        using (var key = new DataKey("weights", _secret)) DataKeyFile.Save(At("weights.key"), key);
        File.WriteAllText(At("plain"), "the weights");
        await DoneAsync("seal", At("plain"), "--out", At("sealed"), "--key", At("weights.key"));
    }

    private string[] Unseal(string config, string key) => ["unseal", At("sealed"), "--out", At("back"), "--key-name", key, "--config", config];

    private async Task OpensAsync(string config)
    {
        await DoneAsync(Unseal(config, "weights"));
        Assert.Equal("the weights", File.ReadAllText(At("back")));
    }

    private static async Task DoneAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var code = await CommandLine.RunAsync(arguments, output, error);
        Assert.Equal((ExitCode.Done, "", ""), (code, output.ToString(), error.ToString()));
    }

    private static async Task<string> RefusedAsync(int expected, params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var code = await CommandLine.RunAsync(arguments, output, error);
        Assert.True(code == expected, $"{code}: {error}");
        Assert.Equal(error.ToString().Length - 1, error.ToString().IndexOf('\n', StringComparison.Ordinal));
        return error.ToString();
    }

    /// <summary>Plays the module: reads the public key out of the request, answers with a document over it.</summary>
    private sealed class Module(Func<byte[], byte[]> document) : INitroDevice
    {
        public byte[] Exchange(ReadOnlySpan<byte> request)
        {
            var reader = new CborReader(request.ToArray(), CborConformanceMode.Canonical);
            Assert.Equal(1, reader.ReadStartMap());
            Assert.Equal("Attestation", reader.ReadTextString());
            Assert.Equal(3, reader.ReadStartMap());
            Assert.Equal("nonce", reader.ReadTextString());
            reader.ReadNull();
            Assert.Equal("user_data", reader.ReadTextString());
            reader.ReadNull();
            Assert.Equal("public_key", reader.ReadTextString());
            var writer = new CborWriter();
            writer.WriteStartMap(1);
            writer.WriteTextString("Attestation");
            writer.WriteStartMap(1);
            writer.WriteTextString("document");
            writer.WriteByteString(document(reader.ReadByteString()));
            writer.WriteEndMap();
            writer.WriteEndMap();
            return writer.Encode();
        }
    }
}
