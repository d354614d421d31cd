using System.Diagnostics;
using System.Net;
using Mimir.Gateway.Tests.Clusters;
using Mimir.Trust;
using Mimir.Trust.Attestation;
using Mimir.Trust.Registration;

namespace Mimir.Gateway.Tests.Hosting;

/// <summary>A gateway whose cluster is not as it must be sends nothing and says why.</summary>
public sealed class ClosedTests(GatewayCluster cluster) : IClassFixture<GatewayCluster>
{
    private const string Body = """{"model":"stories260K","prompt":"Once upon","max_tokens":2}""";

    [Fact]
    public async Task Parties_without_the_evidence_that_the_policy_demands_get_no_session_and_then_one_is_killed()
    {
        _ = GatewayCluster.Model;
        using var anchors = new TrustAnchors(TrustAnchors.LoadCertificates(cluster.Cluster.AuthorityFile)) { Attestation = new AttestationRule(AcceptedKinds.Production, [], (_, _) => [], _ => []) };
        var strict = await cluster.StartAsync("strict", s => s with { Tls = s.Tls with { Anchors = anchors } });
        using (var client = strict.Http())
        {
            var (status, body) = await client.PostAsync("v1/completions", Body);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "party_unavailable"), (status, body.Text("error", "code")));
            Assert.Contains("party 'p0'", body.Text("error", "message"), StringComparison.Ordinal);
            Assert.Empty((await client.ReadAsync("mimir/v1/sessions")).Body.GetProperty("sessions").EnumerateArray());
            var (ready, report) = await client.ReadAsync("readyz");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready);
            Assert.All(report.GetProperty("parties").EnumerateArray(), p => Assert.Equal("refused", p.Text("attestation", "verdict")));
        }

        using var open = cluster.Gateway.Http();
        Assert.Equal(HttpStatusCode.OK, (await open.PostAsync("v1/completions", Body)).Status);
        using (var kill = Process.GetProcessById(cluster.Cluster.Processes.Single(p => p.Name == "p1").ProcessId)) kill.Kill();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while ((await open.ReadAsync("readyz")).Status == HttpStatusCode.OK) await Task.Delay(100, limit.Token);
        var (gone, why) = await open.PostAsync("v1/completions", Body);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, gone);
        Assert.Contains("party 'p1' is gone", why.Text("error", "message"), StringComparison.Ordinal);
        var (_, seen) = await open.ReadAsync("readyz");
        Assert.Equal("False", seen.GetProperty("parties").EnumerateArray().Single(p => p.Text("name") == "p1").Text("connected"));
    }
}
