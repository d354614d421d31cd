using System.Text;
using Mimir.Models.Files;
using Mimir.Models.Store;
using Mimir.Models.Store.Hub;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Models.Tests.Store;

public sealed class HubPullTests : IDisposable
{
    private const string Token = "hf_secret";
    private static readonly ModelName Name = ModelName.Parse("org/tiny");
    private readonly TemporaryDirectory _root = new();
    private readonly ModelStore _store;
    private readonly HubModel _model = new();
    private readonly List<TimeSpan> _waits = [];

    public HubPullTests()
    {
        _store = new ModelStore(Path.Combine(_root.Path, "models"));
        using var source = new TemporaryDirectory();
        TinyModel.Save(source);
        foreach (var path in Directory.GetFiles(source.Path)) _model.Files[Path.GetFileName(path)] = File.ReadAllBytes(path);
        _model.Files["pytorch_model.bin"] = [1, 2, 3];
        _model.Files["onnx/model.onnx"] = [1];
        _model.Files[".gitattributes"] = [1];
    }

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task A_model_is_fetched_by_its_commit_checked_and_stored()
    {
        using var server = new HubOnLoopback(_model.Answer);
        var (manifest, fetched) = await PullAsync(server, token: Token);
        Assert.True(fetched);
        Assert.Equal(HubModel.Commit, manifest.Revision);
        Assert.Equal(["config.json", "model.safetensors", "tokenizer.json"], manifest.Files.Select(f => f.Name));
        using (ModelDirectory.Open(_store.Find("org/tiny")!)) { }
        Assert.Equal("/api/models/org/tiny/revision/main?blobs=true", server.Requests[0].Path);
        Assert.All(server.Requests.Skip(1), r => Assert.StartsWith($"/org/tiny/resolve/{HubModel.Commit}/", r.Path, StringComparison.Ordinal));
        Assert.All(server.Requests, r => Assert.Equal($"Bearer {Token}", r.Header("authorization")));
        Assert.Equal(4, server.Requests.Count);
        Assert.False((await PullAsync(server)).Fetched);
        Assert.Equal(5, server.Requests.Count);
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(_store.Root, ".staging")));
    }

    [Fact]
    public async Task A_connection_that_breaks_off_is_gone_on_with()
    {
        var broken = 0;
        using var server = new HubOnLoopback(r => _model.Answer(r) is var answer && r.Path.EndsWith("model.safetensors", StringComparison.Ordinal) && broken++ < 3
            ? answer with { BreakAfter = 1000 } : answer);
        await PullAsync(server);
        var ranges = server.Requests.Where(r => r.Path.EndsWith("model.safetensors", StringComparison.Ordinal)).Select(r => r.Header("range")).ToArray();
        Assert.Equal((string?[])[null, "bytes=1000-", "bytes=2000-", "bytes=3000-"], ranges);
        Assert.Equal(3, _waits.Count);
    }

    [Fact]
    public async Task A_cancelled_pull_leaves_what_the_next_one_goes_on_with()
    {
        using var stop = new CancellationTokenSource();
        using (var server = new HubOnLoopback(r => _model.Answer(r) is var answer && r.Path.EndsWith("model.safetensors", StringComparison.Ordinal) ? answer with { BreakAfter = 2500 } : answer))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PullAsync(server, waiting: _ => stop.Cancel(), cancellation: stop.Token));
        }
        Assert.Null(_store.Find("org/tiny"));
        using (var server = new HubOnLoopback(_model.Answer))
        {
            var first = new List<Transfer>();
            await PullAsync(server, progress: new Told(first));
            Assert.Equal("bytes=2500-", server.Requests.Single(r => r.Path.EndsWith("model.safetensors", StringComparison.Ordinal)).Header("range"));
            Assert.Equal(2, server.Requests.Count);
            Assert.True(first[0].Done > 2500);
            Assert.Contains(first, t => t.Done == t.Total);
        }
    }

    [Fact]
    public async Task A_file_that_changed_between_is_fetched_anew()
    {
        var broken = false;
        using var server = new HubOnLoopback(r =>
        {
            var answer = _model.Answer(r);
            if (broken || !r.Path.EndsWith("model.safetensors", StringComparison.Ordinal)) return answer;
            broken = true;
            _model.Tag = "\"two\"";
            return answer with { BreakAfter = 1000, Body = [.. answer.Body.Select(b => (byte)(b ^ 0xFF))] };
        });
        await PullAsync(server);
        Assert.Equal(2, server.Requests.Count(r => r.Path.EndsWith("model.safetensors", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_beginning_that_was_wrong_is_thrown_away_once()
    {
        var broken = false;
        using var server = new HubOnLoopback(r =>
        {
            var answer = _model.Answer(r);
            if (broken || !r.Path.EndsWith("model.safetensors", StringComparison.Ordinal)) return answer;
            broken = true;
            return answer with { BreakAfter = 1000, Body = [.. answer.Body.Select(b => (byte)(b ^ 0xFF))] };
        });
        await PullAsync(server);
        Assert.Equal((string?[])[null, "bytes=1000-", null], server.Requests.Where(r => r.Path.EndsWith("model.safetensors", StringComparison.Ordinal)).Select(r => r.Header("range")));
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("config.json")]
    public async Task A_checksum_that_is_not_met_is_refused_and_nothing_is_stored(string file)
    {
        _model.FalseChecksums[file] = new string('a', file == "config.json" ? 40 : 64);
        using var server = new HubOnLoopback(_model.Answer);
        var e = await Assert.ThrowsAsync<HubException>(() => PullAsync(server));
        Assert.Equal(HubRefusal.Untrustworthy, e.Refusal);
        Assert.Contains($"{file} does not have the checksum", e.Message, StringComparison.Ordinal);
        Assert.Null(_store.Find("org/tiny"));
        Assert.DoesNotContain(Directory.EnumerateFiles(_store.Root, "*", SearchOption.AllDirectories), p => Path.GetFileName(p).StartsWith(file, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_token_does_not_follow_a_redirect_to_another_port()
    {
        using var other = new HubOnLoopback(r => _model.Answer(r with { Path = r.Path.Replace("/cdn", "", StringComparison.Ordinal) }));
        using var server = new HubOnLoopback(r => r.Path.EndsWith(".safetensors", StringComparison.Ordinal)
            ? new HubAnswer(302, [], null, ("Location", new Uri(other.Address, "cdn" + r.Path).ToString()))
            : r.Path.EndsWith("config.json", StringComparison.Ordinal) && !r.Path.StartsWith("/moved", StringComparison.Ordinal)
                ? new HubAnswer(307, [], null, ("Location", "/moved" + r.Path))
                : _model.Answer(r with { Path = r.Path.Replace("/moved", "", StringComparison.Ordinal) }));
        await PullAsync(server, token: Token);
        Assert.All(server.Requests, r => Assert.Equal($"Bearer {Token}", r.Header("authorization")));
        Assert.Single(other.Requests);
        Assert.Null(other.Requests[0].Header("authorization"));
    }

    [Theory]
    [InlineData("http://192.0.2.1/x")]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("file:///etc/passwd")]
    public async Task A_redirect_to_an_unsafe_place_is_not_followed(string location)
    {
        using var server = new HubOnLoopback(r => new HubAnswer(302, [], null, ("Location", location)));
        var e = await Assert.ThrowsAsync<HubException>(() => PullAsync(server));
        Assert.Equal(HubRefusal.Untrustworthy, e.Refusal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Redirects_in_a_circle_end()
    {
        using var server = new HubOnLoopback(r => new HubAnswer(302, [], null, ("Location", "/again")));
        Assert.Equal(HubRefusal.Untrustworthy, (await Assert.ThrowsAsync<HubException>(() => PullAsync(server))).Refusal);
        Assert.Equal(6, server.Requests.Count);
    }

    [Theory]
    [InlineData(401, HubRefusal.Denied, "HF_TOKEN")]
    [InlineData(403, HubRefusal.Denied, "HF_TOKEN")]
    [InlineData(404, HubRefusal.NotFound, "no such model")]
    [InlineData(418, HubRefusal.Untrustworthy, "status 418")]
    public async Task A_refusal_is_told_at_once_and_never_with_the_token(int status, HubRefusal refusal, string expected)
    {
        using var server = new HubOnLoopback(_ => new HubAnswer(status, Encoding.UTF8.GetBytes(Token)));
        foreach (var token in (string?[])[null, Token])
        {
            var e = await Assert.ThrowsAsync<HubException>(() => PullAsync(server, token));
            Assert.Equal(refusal, e.Refusal);
            Assert.Contains(expected, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Token, e.ToString(), StringComparison.Ordinal);
        }
        Assert.Equal(2, server.Requests.Count);
        Assert.Empty(_waits);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_busy_endpoint_is_asked_again_when_it_says_and_not_for_ever(int status)
    {
        using var server = new HubOnLoopback(_ => new HubAnswer(status, [], null, ("Retry-After", "7")));
        Assert.Equal(HubRefusal.Unreachable, (await Assert.ThrowsAsync<HubException>(() => PullAsync(server))).Refusal);
        Assert.Equal(5, server.Requests.Count);
        Assert.Equal(Enumerable.Repeat(TimeSpan.FromSeconds(7), 4), _waits);
    }

    [Fact]
    public async Task An_endpoint_that_comes_back_is_used()
    {
        var asked = 0;
        using var server = new HubOnLoopback(r => asked++ % 2 == 0 ? new HubAnswer(503, []) : _model.Answer(r));
        Assert.True((await PullAsync(server)).Fetched);
    }

    [Fact]
    public async Task A_file_longer_than_promised_is_refused()
    {
        using var server = new HubOnLoopback(r => _model.Answer(r) is var answer && r.Path.EndsWith("config.json", StringComparison.Ordinal) ? answer with { Body = [.. answer.Body, 0] } : answer);
        var e = await Assert.ThrowsAsync<HubException>(() => PullAsync(server));
        Assert.Contains("is longer than", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../config.json")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../x")]
    [InlineData("c:\\\\x")]
    public async Task A_path_that_leaves_the_model_is_refused(string name)
    {
        _model.Files[name] = [1];
        using var server = new HubOnLoopback(_model.Answer);
        var e = await Assert.ThrowsAsync<HubException>(() => PullAsync(server));
        Assert.Equal(HubRefusal.Untrustworthy, e.Refusal);
        Assert.Contains("outside the model", e.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    public static TheoryData<string, string> WrongAnswers => new()
    {
        { "is not valid JSON", "{" },
        { "'sha'", """{"sha":"main","siblings":[]}""" },
        { "no config.json", $$"""{"sha":"{{HubModel.Commit}}","siblings":[]}""" },
        { "no weights in safetensors", $$"""{"sha":"{{HubModel.Commit}}","siblings":[{"rfilename":"config.json"},{"rfilename":"pytorch_model.bin"}]}""" },
        { "has no size", $$"""{"sha":"{{HubModel.Commit}}","siblings":[{"rfilename":"config.json"},{"rfilename":"model.safetensors"}]}""" },
        { "has no checksum", $$"""{"sha":"{{HubModel.Commit}}","siblings":[{"rfilename":"config.json","size":1},{"rfilename":"model.safetensors","size":1}]}""" },
    };

    [Theory]
    [MemberData(nameof(WrongAnswers))]
    public async Task A_description_without_what_is_needed_is_refused(string expected, string answer)
    {
        using var server = new HubOnLoopback(_ => new HubAnswer(200, Encoding.UTF8.GetBytes(answer)));
        Assert.Contains(expected, (await Assert.ThrowsAsync<HubException>(() => PullAsync(server))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_Mimir_does_not_run_is_refused_before_its_weights_are_fetched()
    {
        _model.Files["config.json"] = """{"architectures":["MambaForCausalLM"]}"""u8.ToArray();
        using var server = new HubOnLoopback(_model.Answer);
        await Assert.ThrowsAsync<ModelFormatException>(() => PullAsync(server));
        Assert.DoesNotContain(server.Requests, r => r.Path.EndsWith(".safetensors", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(_store.Root, ".staging")));
    }

    [Fact]
    public async Task Without_room_nothing_is_fetched()
    {
        using var server = new HubOnLoopback(_model.Answer);
        await Assert.ThrowsAsync<ModelStoreException>(() => PullAsync(server, freeSpace: 1000));
        Assert.Single(server.Requests);
    }

    [Fact]
    public void An_endpoint_on_which_a_token_could_be_read_is_refused() =>
        Assert.Throws<ArgumentException>(() => new HubClient(new HubOptions { Endpoint = new Uri("http://mirror.example/") }));

    private async Task<(ModelManifest Manifest, bool Fetched)> PullAsync(
        HubOnLoopback server, string? token = null, Action<TimeSpan>? waiting = null, IProgress<Transfer>? progress = null, long freeSpace = long.MaxValue, CancellationToken cancellation = default)
    {
        using var client = new HubClient(new HubOptions
        {
            Endpoint = server.Address,
            Token = token,
            Wait = (time, stop) =>
            {
                _waits.Add(time);
                waiting?.Invoke(time);
                stop.ThrowIfCancellationRequested();
                return Task.CompletedTask;
            },
        });
        return await new HubPull(client, _store, _ => freeSpace).RunAsync(Name, "main", Name, progress, cancellation);
    }

    private sealed class Told(List<Transfer> all) : IProgress<Transfer>
    {
        public void Report(Transfer value) => all.Add(value);
    }
}
