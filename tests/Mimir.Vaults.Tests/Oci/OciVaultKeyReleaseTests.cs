using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Mimir.Trust.KeyRelease;
using Mimir.Vaults.Oci;

namespace Mimir.Vaults.Tests.Oci;

/// <summary>Against a loopback endpoint that verifies the request's signature itself.</summary>
public sealed partial class OciVaultKeyReleaseTests : IDisposable
{
    private const string KeyId = "ocid1.tenancy.oc1..t/ocid1.user.oc1..u/aa:bb:cc";
    private readonly RSA _signing = RSA.Create(2048);
    private readonly RSA _known = RSA.Create();
    private readonly byte[] _dataKey = RandomNumberGenerator.GetBytes(32);
    private readonly HttpClient _client = new();
    private Func<byte[], object> _answer = key => new { plaintext = key, plaintextChecksum = "1", keyId = "ocid1.key", keyVersionId = "v" };

    public OciVaultKeyReleaseTests() => _known.ImportParameters(_signing.ExportParameters(false));

    public void Dispose()
    {
        _signing.Dispose();
        _known.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task A_signed_request_gets_the_key()
    {
        using var server = new Loopback(Answer);
        using var key = await ReleaseAsync(server.Address, _signing);
        Assert.True(key.Bytes.SequenceEqual(_dataKey));
    }

    [Fact]
    public async Task Another_signing_key_a_wrong_clock_and_another_ciphertext_are_denied()
    {
        using var server = new Loopback(Answer);
        using var other = RSA.Create(2048);
        Assert.Equal(KeyRefusal.Denied, (await Assert.ThrowsAsync<KeyReleaseException>(() => ReleaseAsync(server.Address, other))).Refusal);
        Assert.Equal(KeyRefusal.Denied, (await Assert.ThrowsAsync<KeyReleaseException>(() => ReleaseAsync(server.Address, _signing, new Stopped(DateTimeOffset.UnixEpoch)))).Refusal);
        Assert.Equal(KeyRefusal.Denied, (await Assert.ThrowsAsync<KeyReleaseException>(() => ReleaseAsync(server.Address, _signing, ciphertext: "b3RoZXI="))).Refusal);
    }

    [Fact]
    public async Task Malformed_answers_are_refused()
    {
        using var server = new Loopback(Answer);
        foreach (var answer in new Func<byte[], object>[] { key => new { plaintext = key[..31] }, _ => new { plaintext = 5 }, _ => new { plaintext = "!" }, _ => Array.Empty<int>(), _ => new { text = new string('x', 70_000) } })
        {
            _answer = answer;
            Assert.Equal(KeyRefusal.MalformedAnswer, (await Assert.ThrowsAsync<KeyReleaseException>(() => ReleaseAsync(server.Address, _signing))).Refusal);
        }
    }

    [Fact]
    public async Task Plain_http_is_refused_beyond_loopback_and_a_vault_that_is_gone_is_unreachable()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => ReleaseAsync(new Uri("http://vault.example/"), _signing));
        Uri gone;
        using (var server = new Loopback(Answer)) gone = server.Address;
        Assert.Equal(KeyRefusal.Unreachable, (await Assert.ThrowsAsync<KeyReleaseException>(() => ReleaseAsync(gone, _signing))).Refusal);
    }

    private Task<DataKey> ReleaseAsync(Uri endpoint, RSA signing, TimeProvider? clock = null, string ciphertext = "Y2lwaGVydGV4dA==") =>
        new OciVaultKeyRelease(_client, endpoint, "ocid1.key", new OciRequestSigner(KeyId, signing, clock ?? TimeProvider.System), _ => ciphertext).ReleaseAsync("weights", default);

    private (int Status, byte[] Body) Answer(HttpListenerRequest request, byte[] body)
    {
        if (!IsSigned(request, body)) return (401, "{}"u8.ToArray());
        using var json = JsonDocument.Parse(body);
        var right = request.Url!.AbsolutePath == "/20180608/decrypt" && json.RootElement.GetProperty("ciphertext").GetString() == "Y2lwaGVydGV4dA=="
            && json.RootElement.GetProperty("keyId").GetString() == "ocid1.key" && json.RootElement.GetProperty("associatedData").GetProperty("mimir-key").GetString() == "weights";
        return right ? (200, JsonSerializer.SerializeToUtf8Bytes(_answer(_dataKey))) : (400, "{}"u8.ToArray());
    }

    /// <summary>As Oracle documents it: the string is rebuilt from the headers that arrived, in the order that the signature names.</summary>
    private bool IsSigned(HttpListenerRequest request, byte[] body)
    {
        var parts = Parts().Match(request.Headers["Authorization"] ?? "");
        if (!parts.Success || parts.Groups["id"].Value != KeyId) return false;
        var names = parts.Groups["names"].Value.Split(' ');
        if (new[] { "date", "(request-target)", "host", "content-length", "content-type", "x-content-sha256" }.Except(names).Any()) return false;
        var text = string.Join('\n', names.Select(n => n == "(request-target)" ? $"(request-target): post {request.RawUrl}" : $"{n}: {request.Headers[n]}"));
        var date = DateTimeOffset.ParseExact(request.Headers["date"]!, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return (DateTimeOffset.UtcNow - date).Duration() < TimeSpan.FromMinutes(5)
            && request.Headers["x-content-sha256"] == Convert.ToBase64String(SHA256.HashData(body))
            && _known.VerifyData(Encoding.UTF8.GetBytes(text), Convert.FromBase64String(parts.Groups["signature"].Value), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    [GeneratedRegex("^Signature version=\"1\",keyId=\"(?<id>[^\"]+)\",algorithm=\"rsa-sha256\",headers=\"(?<names>[^\"]+)\",signature=\"(?<signature>[^\"]+)\"$")]
    private static partial Regex Parts();

    private sealed class Stopped(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
