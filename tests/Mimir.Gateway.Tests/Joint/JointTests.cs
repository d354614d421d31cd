using System.Net;
using System.Text.Json;
using Mimir.Gateway.Tests.Clusters;

namespace Mimir.Gateway.Tests.Joint;

/// <summary>Two owners' gateways, one session.</summary>
public sealed class JointTests(GatewayCluster cluster)
{
    [Fact]
    public async Task Two_gateways_bring_a_part_each_and_both_see_the_terms_first()
    {
        var bob = await cluster.StartAsync("bob");
        using var first = cluster.Gateway.Http();
        using var second = bob.Http();
        var (status, offer) = await first.PostAsync(
            "mimir/v1/joint", """{"role":"create","text":"Once upon a time, there was","partner":"bob","partner_tokens":16,"max_tokens":5,"receivers":"partner"}""");
        Assert.True(status == HttpStatusCode.OK, offer.ToString());
        var link = offer.Text("link");
        Assert.DoesNotContain("Once", link, StringComparison.Ordinal);

        // A look at the link alone shows the terms and sends nothing.
        var (_, seen) = await second.PostAsync("mimir/v1/joint", $$"""{"link":"{{link}}"}""");
        Assert.Equal("offered", seen.Text("state"));
        Assert.Equal(["alice", "bob"], seen.GetProperty("terms").GetProperty("parts").EnumerateArray().Select(p => p.Text("owner")));
        Assert.Equal("bob", seen.Text("terms", "receivers", "0"));
        Assert.Equal("True", seen.Text("terms", "you_receive"));
        Assert.Equal("waiting", (await first.ReadAsync($"mimir/v1/joint/{offer.Text("id")}")).Body.Text("state"));

        // Damaged links, strangers and texts that are too long.
        var damaged = link[..40] + (link[40] == 'A' ? 'B' : 'A') + link[41..];
        Assert.Equal("link", (await second.PostAsync("mimir/v1/joint", $$"""{"link":"{{damaged}}"}""")).Body.Text("error", "param"));
        var tooLong = string.Join(' ', Enumerable.Repeat("word", 40));
        Assert.Equal("text", (await second.PostAsync("mimir/v1/joint", $$"""{"link":"{{link}}","text":"{{tooLong}}"}""")).Body.Text("error", "param"));
        var eve = await cluster.StartAsync("eve");
        using var stranger = eve.Http();
        Assert.Equal(HttpStatusCode.BadRequest, (await stranger.PostAsync("mimir/v1/joint", $$"""{"link":"{{link}}","text":"me too"}""")).Status);

        var (accepted, joined) = await second.PostAsync("mimir/v1/joint", $$"""{"link":"{{link}}","text":" a little girl"}""");
        Assert.True(accepted == HttpStatusCode.OK, joined.ToString());
        var got = await FinishedAsync(second, offer.Text("id"));
        Assert.Equal("5", got.Text("tokens"));
        Assert.NotEmpty(got.Text("text"));
        var blind = await FinishedAsync(first, offer.Text("id"));
        Assert.Equal(("0", ""), (blind.Text("tokens"), blind.Text("text")));
        var session = (await second.ReadAsync("mimir/v1/sessions")).Body.GetProperty("sessions")[0];
        Assert.Equal("joint", session.Text("kind"));
    }

    private static async Task<JsonElement> FinishedAsync(HttpClient client, string id)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var (_, body) = await client.ReadAsync($"mimir/v1/joint/{id}");
            Assert.True(body.Text("state") is not ("failed" or "stopped"), body.ToString());
            if (body.Text("state") == "finished") return body;
            await Task.Delay(100, limit.Token);
        }
    }
}
