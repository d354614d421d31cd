using System.Net;
using Mimir.Gateway.Tests.Clusters;
using Mimir.Models.Folding;

namespace Mimir.Gateway.Tests.OpenAi;

/// <summary>A cluster that holds public weights.</summary>
public sealed class PublicCluster : GatewayCluster
{
    protected override WeightTerms Weights => new(true, null);
}

/// <summary>Where the logits come to the gateway, every way of sampling is honoured.</summary>
public sealed class LogitsTests(PublicCluster cluster) : IClassFixture<PublicCluster>
{
    [Fact]
    public async Task Probabilities_and_biases_are_honoured_where_the_logits_come_here()
    {
        _ = GatewayCluster.Model;
        var gateway = await cluster.StartAsync("logits", s => s with { Generation = s.Generation with { LogitsToOwner = true } });
        using var client = gateway.Http();
        const string Chat = "\"model\":\"stories260K\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"max_tokens\":4,\"temperature\":0";
        var (status, body) = await client.PostAsync("v1/chat/completions", "{" + Chat + ",\"logprobs\":true,\"top_logprobs\":2}");
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        var told = body.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content").EnumerateArray().ToArray();
        Assert.Equal(4, told.Length);
        Assert.All(told, t =>
        {
            Assert.Equal(2, t.GetProperty("top_logprobs").GetArrayLength());
            Assert.Equal(t.GetProperty("top_logprobs")[0].GetProperty("logprob").GetDouble(), t.GetProperty("logprob").GetDouble());
            Assert.InRange(t.GetProperty("logprob").GetDouble(), -20, 0);
        });
        Assert.Equal(body.Text("choices", "0", "message", "content"), string.Concat(told.Select(t => t.Text("token"))));

        // What a bias forbids does not come.
        var tokenizer = gateway.State.Models.All[0].Owner.Model.Tokenizer;
        var first = told.First(t => t.Text("token").Length > 0).Text("token");
        var forbidden = Enumerable.Range(0, tokenizer.Count).Where(t => System.Text.Encoding.UTF8.GetString(tokenizer.BytesOf(t).Span) == first).ToDictionary(t => t, _ => -100.0);
        var (_, biased) = await client.PostAsync("v1/chat/completions", "{" + Chat + ",\"logprobs\":true,\"logit_bias\":" + System.Text.Json.JsonSerializer.Serialize(forbidden) + "}");
        Assert.NotEqual(body.Text("choices", "0", "message", "content"), biased.Text("choices", "0", "message", "content"));
        var (completed, whole) = await client.PostAsync("v1/completions", """{"model":"stories260K","prompt":"Once","max_tokens":3,"temperature":0,"logprobs":1,"top_p":0.9}""");
        Assert.True(completed == HttpStatusCode.OK, whole.ToString());
        Assert.Equal(3, whole.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("token_logprobs").GetArrayLength());
        Assert.Equal("public", (await client.ReadAsync("mimir/v1/cluster")).Body.Text("weights"));
    }
}
