using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Mimir.Gateway.Pages;

namespace Mimir.Page.Tests.Recorded;

/// <summary>
/// The page's own files behind an API that answers from a script: for what a real cluster does not do on demand (hostile text, a slow stream, a party that
/// is gone, a key). The figures are drawn from a fixed seed.
/// </summary>
internal sealed class RecordedGateway : IAsyncDisposable
{
    public const string Session = "00112233445566778899aabbccddeeff";
    private readonly WebApplication _application;
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _reports;

    private RecordedGateway(WebApplication application) => _application = application;

    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>What the model says, piece by piece; the pieces behind "…wait" come after <see cref="Continue"/>.</summary>
    public string[] Pieces { get; set; } = ["Once", " upon", " a", " time", "."];

    public const string Wait = "…wait";

    /// <summary>The key that is asked for, or null.</summary>
    public string? Key { get; set; }

    /// <summary>Ends a stream with an error of this message.</summary>
    public string? BreaksWith { get; set; }

    public bool PartyGone { get; set; }

    public int Parties { get; set; } = 2;

    /// <summary>Answers a joint session's requests.</summary>
    public Func<string, JsonNode?, (int Status, JsonNode Body)>? Joint { get; set; }

    /// <summary>Completes when the session's client hung up or asked for its end.</summary>
    public Task Cancelled => _cancelled.Task;

    public List<JsonNode> Requests { get; } = [];

    public void Continue() => _go.TrySetResult();

    public static async Task<RecordedGateway> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRouting();
        builder.WebHost.UseKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        var gateway = new RecordedGateway(application);
        application.Use(gateway.GuardAsync);
        application.UseRouting();
        EmbeddedPage.Map(application);
        application.MapGet("/v1/models", (RequestDelegate)(c => JsonAsync(c, """{"object":"list","data":[{"id":"stories260K","object":"model"},{"id":"clinic-8b","object":"model"}]}""")));
        application.MapGet("/mimir/v1/cluster", (RequestDelegate)(c => JsonAsync(c, gateway.Cluster().ToJsonString())));
        application.MapGet("/mimir/v1/sessions", (RequestDelegate)(c => JsonAsync(c, """{"sessions":[]}""")));
        application.MapPost("/v1/chat/completions", (RequestDelegate)gateway.ChatAsync);
        application.MapGet("/mimir/v1/sessions/{id}/watch", (RequestDelegate)gateway.WatchAsync);
        application.MapDelete("/mimir/v1/sessions/{id}", (RequestDelegate)(c =>
        {
            gateway._cancelled.TrySetResult();
            return JsonAsync(c, "{}");
        }));
        application.Map("/mimir/v1/joint/{**rest}", (RequestDelegate)gateway.JointAsync);
        await application.StartAsync();
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        _go.TrySetResult();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try { await _application.StopAsync(limit.Token); }
        catch (OperationCanceledException) { }
        await _application.DisposeAsync();
    }

    private Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var api = context.Request.Path.StartsWithSegments("/v1") || context.Request.Path.StartsWithSegments("/mimir");
        if (!api || Key is null || context.Request.Headers.Authorization == $"Bearer {Key}") return next(context);
        context.Response.StatusCode = 401;
        return JsonAsync(context, """{"error":{"message":"this gateway asks for an API key","type":"authentication_error","param":null,"code":"invalid_api_key"}}""");
    }

    private async Task ChatAsync(HttpContext context)
    {
        lock (Requests) Requests.Add(JsonNode.Parse(new StreamReader(context.Request.Body).ReadToEndAsync().GetAwaiter().GetResult())!);
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        try
        {
            await EventAsync(context, Chunk(""));
            foreach (var piece in Pieces)
            {
                if (piece == Wait) await _go.Task.WaitAsync(context.RequestAborted);
                else await EventAsync(context, Chunk(piece));
            }
            if (BreaksWith is { } reason) await EventAsync(context, new JsonObject { ["error"] = new JsonObject { ["message"] = reason } });
            else await context.Response.WriteAsync("data: [DONE]\n\n", context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            _cancelled.TrySetResult();
        }
    }

    private async Task WatchAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        try
        {
            for (var i = 0; ; i++)
            {
                var over = _go.Task.IsCompleted || !Pieces.Contains(Wait) && i > 2;
                await EventAsync(context, Report(Interlocked.Increment(ref _reports), over));
                if (over) return;
                await Task.Delay(150, context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The page has gone.
        }
    }

    private async Task JointAsync(HttpContext context)
    {
        var text = await new StreamReader(context.Request.Body).ReadToEndAsync();
        var (status, body) = Joint!($"{context.Request.Method} {context.Request.Path}", text.Length > 0 ? JsonNode.Parse(text) : null);
        context.Response.StatusCode = status;
        await JsonAsync(context, body.ToJsonString());
    }

    private JsonObject Cluster() => new()
    {
        ["coordinator"] = new JsonObject { ["address"] = "127.0.0.1:1", ["connected"] = true },
        ["parties"] = new JsonArray([.. Enumerable.Range(0, Parties).Select(i => (JsonNode)new JsonObject
        {
            ["name"] = $"p{i}", ["role"] = "party", ["connected"] = !(PartyGone && i == 1), ["attestation"] = Verdict(PartyGone && i == 1 ? "absent" : "verified"),
        })]),
        ["owner"] = "clinic-a", ["model"] = "stories260K", ["security"] = "active", ["weights"] = "secret",
    };

    private static JsonObject Verdict(string verdict) => new() { ["verdict"] = verdict, ["detail"] = "SEV-SNP evidence, measurement 5ad1…c3" };

    private JsonObject Report(int turn, bool over)
    {
        var random = new Random(7);
        JsonArray Bins()
        {
            var bins = new int[32];
            for (var i = 0; i < turn * 4000; i++) bins[random.Next(32)]++;
            return [.. bins.Select(b => (JsonNode)b)];
        }
        var roles = new JsonArray();
        for (var i = 0; i < Parties; i++)
        {
            roles.Add(new JsonObject
            {
                ["role"] = "party", ["name"] = $"p{i}", ["steps"] = turn, ["tokens"] = turn, ["rounds"] = 77 * turn, ["bytes_sent"] = 131_000 * turn, ["bytes_received"] = 131_000 * turn,
                ["bytes_dealt"] = 2_400_000L * turn, ["checks_passed"] = 3 * turn, ["numbers_seen"] = 410_000 * turn, ["received"] = Bins(), ["opened"] = Bins(), ["attestation"] = Verdict("verified"),
                ["layers"] = new JsonArray([.. ((string[])["embedding", "layer 1", "layer 2", "layer 3", "layer 4", "layer 5", "head"]).Select((n, l) =>
                    (JsonNode)new JsonObject { ["name"] = n, ["rounds"] = l == 0 ? 2 : 13, ["bytes"] = l == 0 ? 900 : l == 6 ? 31_000 : 17_000 })]),
            });
        }
        roles.Add(new JsonObject { ["role"] = "triple-service", ["name"] = "dealer", ["bytes_dealt"] = 4_800_000L * turn, ["steps"] = turn + 4, ["items_audited"] = 1, ["attestation"] = Verdict("verified") });
        roles.Add(new JsonObject
        {
            ["role"] = "coordinator", ["name"] = "coordinator",
            ["envelopes"] = new JsonArray(
                new JsonObject { ["purpose"] = "input", ["count"] = 2, ["bytes"] = 1_900 }, new JsonObject { ["purpose"] = "output", ["count"] = 2 * turn, ["bytes"] = 114 * turn },
                new JsonObject { ["purpose"] = "masks", ["count"] = 1, ["bytes"] = 2_310 }, new JsonObject { ["purpose"] = "proof", ["count"] = 2, ["bytes"] = 210 }),
        });
        return new JsonObject { ["session"] = Session, ["over"] = over, ["roles"] = roles };
    }

    private static JsonObject Chunk(string text) => new()
    {
        ["object"] = "chat.completion.chunk", ["mimir"] = new JsonObject { ["session"] = Session },
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = new JsonObject { ["content"] = text } }),
    };

    private static async Task EventAsync(HttpContext context, JsonNode data)
    {
        await context.Response.WriteAsync($"data: {data.ToJsonString()}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static Task JsonAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(json, context.RequestAborted);
    }
}
