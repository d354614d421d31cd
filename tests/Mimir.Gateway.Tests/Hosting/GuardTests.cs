using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mimir.EndToEnd.Tests.Processes;
using Mimir.Gateway.Keys;
using Mimir.Gateway.Tests.Clusters;
using Mimir.Transport.Connections;
using Mimir.Trust;
using Mimir.Trust.Certificates;

namespace Mimir.Gateway.Tests.Hosting;

/// <summary>Who may call a gateway, and from where. There is no cluster behind it: its coordinator's port is closed.</summary>
public sealed class GuardTests : IDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Others_than_this_machine_are_served_with_tls_and_keys_only()
    {
        var settings = Settings() with { Listen = new IPEndPoint(IPAddress.Any, 0) };
        Assert.Contains("gateway.tls_certificate", (await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(settings))).Message, StringComparison.Ordinal);
        ApiKeyFile.Add(Keys, "x", DateTimeOffset.UnixEpoch);
        await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(settings with { KeysFile = Keys }));
        await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(settings with { Certificate = "c.pem", CertificateKey = "k.pem" }));
        await Assert.ThrowsAsync<InvalidDataException>(() => StartAsync(settings with { KeysFile = Keys, Certificate = "/nowhere/c.pem", CertificateKey = "/nowhere/k.pem" }));
        await Assert.ThrowsAsync<InvalidDataException>(() => StartAsync(Settings() with { KeysFile = _folder.At("none.json") }));
    }

    [Fact]
    public async Task With_tls_and_keys_it_serves_others()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=gateway.example", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(_folder.At("c.pem"), certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder.At("k.pem"), key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        var (_, text) = ApiKeyFile.Add(Keys, "x", DateTimeOffset.UnixEpoch);
        await using var gateway = await StartAsync(Settings() with { Listen = new IPEndPoint(IPAddress.Any, 0), KeysFile = Keys, Certificate = _folder.At("c.pem"), CertificateKey = _folder.At("k.pem"), Hosts = ["gateway.example"] });
        using var handler = new SocketsHttpHandler { ConnectCallback = async (_, stop) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, gateway.Address.Port, stop);
            return new NetworkStream(socket, ownsSocket: true);
        } };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == certificate.GetCertHashString();
        using var client = new HttpClient(handler) { BaseAddress = new Uri("https://gateway.example/") };
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.ReadAsync("v1/models")).Status);
        client.DefaultRequestHeaders.Authorization = new("Bearer", text);
        Assert.Equal(HttpStatusCode.OK, (await client.ReadAsync("v1/models")).Status);
    }

    [Fact]
    public async Task Keys_open_what_is_not_public_until_they_are_revoked()
    {
        var (key, text) = ApiKeyFile.Add(Keys, "notes", DateTimeOffset.UnixEpoch);
        ApiKeyFile.Add(Keys, "another", DateTimeOffset.UnixEpoch);
        Assert.DoesNotContain(text, await File.ReadAllTextAsync(Keys, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Keys));
        await using var gateway = await StartAsync(Settings() with { KeysFile = Keys });
        using var client = gateway.Http();
        foreach (var path in new[] { "v1/models", "mimir/v1/cluster", "mimir/v1/sessions", "V1/models" }) Assert.Equal(HttpStatusCode.Unauthorized, (await client.ReadAsync(path)).Status);
        Assert.Equal("missing_api_key", (await client.ReadAsync("v1/models")).Body.Text("error", "code"));
        Assert.Equal(HttpStatusCode.OK, (await client.ReadAsync("healthz")).Status);
        var (ready, told) = await client.ReadAsync("readyz");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, ""), (ready, told.Text("parties")));

        client.DefaultRequestHeaders.Authorization = new("Bearer", text);
        Assert.Equal(HttpStatusCode.OK, (await client.ReadAsync("v1/models")).Status);
        client.DefaultRequestHeaders.Authorization = new("Bearer", text[..^1] + (text[^1] == 'A' ? 'B' : 'A'));
        Assert.Equal("invalid_api_key", (await client.ReadAsync("v1/models")).Body.Text("error", "code"));

        client.DefaultRequestHeaders.Authorization = new("Bearer", text);
        ApiKeyFile.Revoke(Keys, key.Id, DateTimeOffset.UnixEpoch);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.ReadAsync("v1/models")).Status);
        Assert.Throws<ArgumentException>(() => ApiKeyFile.Revoke(Keys, "ffffffff", DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public async Task Web_pages_of_other_origins_call_only_where_they_are_allowed()
    {
        await using var gateway = await StartAsync(Settings() with { CorsOrigins = ["https://notes.example"], Hosts = ["gateway.example"] });
        using var client = gateway.Http();
        using var allowed = await SendAsync(client, HttpMethod.Get, "v1/models", "https://notes.example");
        Assert.Equal("https://notes.example", allowed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        using var asked = await SendAsync(client, HttpMethod.Options, "v1/chat/completions", "https://notes.example");
        Assert.Equal(HttpStatusCode.NoContent, asked.StatusCode);
        using var own = await SendAsync(client, HttpMethod.Get, "v1/models", gateway.Address.GetLeftPart(UriPartial.Authority));
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        foreach (var foreign in new[] { "https://evil.example", "null", "http://localhost:1", "https://notes.example.evil.example" })
        {
            using var refused = await SendAsync(client, HttpMethod.Get, "v1/models", foreign);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.False(refused.Headers.Contains("Access-Control-Allow-Origin"));
        }
        using var named = new HttpRequestMessage(HttpMethod.Get, "v1/models");
        named.Headers.Host = "gateway.example";
        using var answered = await client.SendAsync(named, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    [Fact]
    public async Task Without_a_coordinator_it_lives_is_not_ready_and_says_who_is_missing()
    {
        await using var gateway = await StartAsync(Settings());
        using var client = gateway.Http();
        Assert.Equal(HttpStatusCode.OK, (await client.ReadAsync("healthz")).Status);
        var (status, ready) = await client.ReadAsync("readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("False", ready.Text("coordinator", "connected"));
        var (refused, body) = await client.PostAsync("v1/completions", """{"model":"mimir-kjv","prompt":"In the beginning"}""");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "party_unavailable"), (refused, body.Text("error", "code")));
        Assert.Contains("coordinator at 127.0.0.1", body.Text("error", "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_loads_nothing_from_elsewhere()
    {
        await using var gateway = await StartAsync(Settings());
        using var client = gateway.Http();
        using var page = await client.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("default-src 'none';", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.False(page.Headers.Contains("Server"));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private string Keys => _folder.At("keys.json");

    private GatewaySettings Settings() => new()
    {
        Tls = new TlsSettings { Identity = _authority.Issue(Role.DataOwner, "alice", TimeSpan.FromHours(1)), Anchors = _authority.Anchors() },
        CoordinatorHost = "127.0.0.1",
        CoordinatorPort = 1,
        Models = [Cli.ShippedModel.Or(null)],
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
    };

    private static Task<GatewayHost> StartAsync(GatewaySettings settings) => GatewayHost.StartAsync(settings, TestContext.Current.CancellationToken);

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, string origin)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Origin", origin);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
