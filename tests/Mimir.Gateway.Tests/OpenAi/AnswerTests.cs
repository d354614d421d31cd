using System.Net;
using System.Text.Json;
using Mimir.Client.Chat;
using Mimir.EndToEnd.Tests.Processes;
using Mimir.Gateway.OpenAi;
using Mimir.Gateway.Tests.Clusters;
using Mimir.Models.Files;

namespace Mimir.Gateway.Tests.OpenAi;

/// <summary>Answers of a gateway with a real cluster behind it.</summary>
public sealed class AnswerTests(GatewayCluster cluster)
{
    private static string Json(string text) => JsonSerializer.Serialize(text);

    [Fact]
    public async Task A_completion_is_the_reference_greedy_text()
    {
        var (prompt, _, greedy) = SharedModel.Expected(0);
        using var client = cluster.Gateway.Http();
        var (status, body) = await client.PostAsync("v1/completions", $$$"""{"model":"stories260K","prompt":{{{Json(prompt)}}},"max_tokens":6,"temperature":0,"user":"u","store":false,"metadata":{"a":"b"}}""");
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        var tokenizer = ModelDirectory.OpenTokenizer(SharedModel.Directory);
        Assert.Equal(string.Concat(greedy[..6].Select(t => System.Text.Encoding.UTF8.GetString(tokenizer.BytesOf(t).Span))), body.Text("choices", "0", "text"));
        Assert.Equal("length", body.Text("choices", "0", "finish_reason"));
        Assert.Equal("6", body.Text("usage", "completion_tokens"));
        Assert.Matches("^[0-9a-f]{32}$", body.Text("mimir", "session"));
    }

    [Fact]
    public async Task A_streamed_chat_is_the_whole_one_piece_by_piece()
    {
        const string Messages = """[{"role":"system","content":"Once upon a time"},{"role":"user","content":[{"type":"text","text":"Who was there?"}]}]""";
        using var client = cluster.Gateway.Http();
        var (status, whole) = await client.PostAsync("v1/chat/completions", $$"""{"model":"stories260K","messages":{{Messages}},"max_completion_tokens":5}""");
        Assert.True(status == HttpStatusCode.OK, whole.ToString());
        using var response = await client.OpenStreamAsync(
            "v1/chat/completions", $$$"""{"model":"stories260K","messages":{{{Messages}}},"max_completion_tokens":5,"stream":true,"stream_options":{"include_usage":true}}""", TestContext.Current.CancellationToken);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var lines = await response.LinesAsync();
        Assert.Equal("data: [DONE]", lines[^2]);
        Assert.Contains(lines, l => l.StartsWith(": ", StringComparison.Ordinal));
        var events = lines.Events();
        Assert.Equal("assistant", events[0].Text("choices", "0", "delta", "role"));
        var text = string.Concat(events.Where(e => e.GetProperty("choices").GetArrayLength() > 0 && e.GetProperty("choices")[0].GetProperty("delta").TryGetProperty("content", out _)).Select(e => e.Text("choices", "0", "delta", "content")));
        Assert.Equal(whole.Text("choices", "0", "message", "content"), text);
        Assert.Equal("length", events[^2].Text("choices", "0", "finish_reason"));
        Assert.Equal("5", events[^1].Text("usage", "completion_tokens"));
        Assert.Single(events.Select(e => e.Text("mimir", "session")).Distinct());
        Assert.Equal(whole.Text("usage", "prompt_tokens"), events[^1].Text("usage", "prompt_tokens"));
    }

    [Fact]
    public async Task Two_choices_are_two_sessions_with_noise_of_their_own()
    {
        using var client = cluster.Gateway.Http();
        const string Body = """{"model":"stories260K","prompt":"Once upon","max_tokens":4,"temperature":1.5,"seed":7,"n":2}""";
        var (status, body) = await client.PostAsync("v1/completions", Body);
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        Assert.Equal(2, body.GetProperty("choices").GetArrayLength());
        Assert.Equal(2, body.GetProperty("mimir").GetProperty("sessions").EnumerateArray().Select(s => s.GetString()).Distinct().Count());
        var (_, again) = await client.PostAsync("v1/completions", Body);
        Assert.Equal(body.GetProperty("choices").ToString(), again.GetProperty("choices").ToString());
    }

    [Fact]
    public async Task A_client_that_hangs_up_ends_the_secure_session()
    {
        using var client = cluster.Gateway.Http();
        using var hangUp = new CancellationTokenSource();
        using var response = await client.OpenStreamAsync("v1/completions", """{"model":"stories260K","prompt":"Once upon a time","max_tokens":200,"stream":true}""", hangUp.Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        string? line;
        do line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        while (line is not null && !line.StartsWith("data: {", StringComparison.Ordinal));
        var id = JsonDocument.Parse(line![6..]).RootElement.Text("mimir", "session");
        var owner = cluster.Gateway.State.Models.All[0].Owner.Client;
        Assert.Contains(await owner.NamedSessionsAsync(TestContext.Current.CancellationToken), s => Convert.ToHexStringLower(s.Session.Span) == id);
        response.Dispose();
        await UntilAsync(async () => (await owner.NamedSessionsAsync(TestContext.Current.CancellationToken)).All(s => Convert.ToHexStringLower(s.Session.Span) != id));
        await UntilAsync(() => Task.FromResult(cluster.Gateway.State.Sessions.Find(id)!.State == Sessions.SessionState.Stopped));
    }

    [Fact]
    public async Task A_session_can_be_stopped_by_its_number_and_its_client_is_told()
    {
        using var client = cluster.Gateway.Http();
        using var response = await client.OpenStreamAsync("v1/completions", """{"model":"stories260K","prompt":"One day","max_tokens":200,"stream":true}""", TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        string? line;
        do line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        while (line is not null && !line.StartsWith("data: {", StringComparison.Ordinal));
        var id = JsonDocument.Parse(line![6..]).RootElement.Text("mimir", "session");
        using var stopped = await client.DeleteAsync($"mimir/v1/sessions/{id}", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, stopped.StatusCode);
        Assert.Contains("session_stopped", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        var (_, list) = await client.ReadAsync("mimir/v1/sessions");
        Assert.Equal("stopped", list.GetProperty("sessions").EnumerateArray().Single(s => s.Text("id") == id).Text("state"));
    }

    [Fact]
    public async Task More_requests_than_places_are_told_to_come_back()
    {
        var gateway = await cluster.StartAsync("crowd", s => s with { MaxRequests = 1 });
        using var client = gateway.Http();
        using var first = await client.OpenStreamAsync("v1/completions", """{"model":"stories260K","prompt":"One day","max_tokens":100,"stream":true}""", TestContext.Current.CancellationToken);
        using var second = await client.OpenStreamAsync("v1/completions", """{"model":"stories260K","prompt":"One day","max_tokens":1}""", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.NotNull(second.Headers.RetryAfter);
        first.Dispose();
        await UntilAsync(async () => (await client.PostAsync("v1/completions", """{"model":"stories260K","prompt":"One day","max_tokens":1}""")).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_cluster_is_described_and_ready()
    {
        using var client = cluster.Gateway.Http();
        var (status, ready) = await client.ReadAsync("readyz");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("True", ready.Text("ready"));
        var (_, body) = await client.ReadAsync("mimir/v1/cluster");
        Assert.Equal(["p0", "p1"], body.GetProperty("parties").EnumerateArray().Select(p => p.Text("name")));
        Assert.All(body.GetProperty("parties").EnumerateArray(), p => Assert.Equal("not_demanded", p.Text("attestation", "verdict")));
        Assert.Equal(("active", "secret", "True", "alice"), (body.Text("security"), body.Text("weights"), body.Text("triple_service", "connected"), body.Text("owner")));
        Assert.Contains(body.GetProperty("leakage").EnumerateArray(), l => l.GetString()!.StartsWith("receivers (alice)", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await client.ReadAsync("healthz")).Status);
    }

    [Fact]
    public void A_transcript_is_what_the_documentation_says() => Assert.Equal(
        "Be brief.\n\nUser: Hello\nAssistant: Hi\nUser: More\nAssistant:",
        ChatPrompt.Transcript([new("system", "Be brief."), new("user", "Hello"), new("assistant", "Hi"), new("user", "More")]));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await condition()) await Task.Delay(50, limit.Token);
    }
}
