using System.Text.Json;
using Mimir.Cli.Commands;
using Mimir.Cli.Configuration;
using Mimir.Models.Store.Hub;
using Mimir.Models.Tests.Store;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Cli.Tests.Storage;

/// <summary>The commands of the store, in a store of this process's own.</summary>
public sealed class ModelStoreCommandTests : IDisposable
{
    private static readonly TemporaryDirectory Models = new();
    private readonly TemporaryDirectory _files = new();

    static ModelStoreCommandTests() => Environment.SetEnvironmentVariable("MIMIR_MODELS", Models.Path);

    public void Dispose() => _files.Dispose();

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var code = await CommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    private static async Task<string[]> ListedAsync()
    {
        using var json = JsonDocument.Parse((await RunAsync("model", "list", "--json")).Output);
        return [.. json.RootElement.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString()!)];
    }

    [Fact]
    public async Task A_gguf_file_is_inspected_imported_listed_planned_checked_and_removed()
    {
        WideLlama.Save(_files);
        var file = _files.Write("wide.Q8_0.gguf", GgufTestModel.FromLlama(_files.Path, Piece.Bytes("a", "b", "\u2581"), "Q8_0").Bytes);
        var (code, inspected, _) = await RunAsync("model", "inspect", file, "--json");
        Assert.Equal(ExitCode.Done, code);
        using (var json = JsonDocument.Parse(inspected))
        {
            Assert.True(json.RootElement.GetProperty("imports").GetBoolean());
            Assert.Contains(json.RootElement.GetProperty("types").EnumerateArray(), t => t.GetProperty("type").GetString() == "Q8_0");
        }
        (code, var output, var error) = await RunAsync("model", "import", file, "--name", "org/wide");
        Assert.Equal((ExitCode.Done, true), (code, output.StartsWith("imported org/wide: Llama, ", StringComparison.Ordinal)));
        Assert.True(error.Contains("range check:", StringComparison.Ordinal) || error.Contains("warning:", StringComparison.Ordinal), error);
        Assert.Contains("org/wide", await ListedAsync());
        Assert.Contains("org/wide", (await RunAsync("model", "list")).Output, StringComparison.Ordinal);
        foreach (var command in (string[][])[["model", "inspect", "org/wide"], ["plan", "--model", "org/wide", "--context", "8"], ["model", "check", "org/wide"]])
            Assert.Equal(ExitCode.Done, (await RunAsync(command)).Code);

        Assert.Equal(ExitCode.Usage, (await RunAsync("model", "import", file, "--name", "org/wide")).Code);
        (code, _, error) = await RunAsync("model", "import", file, "--name", "org/wide", "--replace", "--no-check");
        Assert.Equal((ExitCode.Done, ""), (code, error));
        File.AppendAllText(Path.Combine(Models.Path, "org", "wide", "tokenizer.json"), " ");
        (code, _, error) = await RunAsync("model", "check", "org/wide");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("tokenizer.json changed since the model was stored", error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, (await RunAsync("model", "rm", "org/wide")).Code);
        Assert.DoesNotContain("org/wide", await ListedAsync());
        Assert.Equal(ExitCode.Usage, (await RunAsync("model", "rm", "org/wide")).Code);
    }

    [Theory]
    [InlineData("has no model org/none", "model", "rm", "org/none")]
    [InlineData("directory not found, and the store has no model of this name", "model", "inspect", "org/none")]
    [InlineData("directory not found, and the store has no model of this name", "plan", "--model", "none", "--context", "8")]
    [InlineData("neither a file nor a directory", "model", "import", "/nowhere/a.gguf")]
    [InlineData("does not name a model", "pull", "gpt2")]
    [InlineData("does not name a model", "pull", "a/b@")]
    [InlineData("is no name of a model", "pull", "../x/y")]
    public async Task A_wrong_name_is_one_clear_line_and_status_2(string expected, params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);
        Assert.Equal((ExitCode.Usage, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_is_no_gguf_is_refused_and_nothing_is_stored()
    {
        var (code, _, error) = await RunAsync("model", "import", _files.Write("broken.gguf", "GGUF"), "--name", "broken");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("is not a GGUF file", error, StringComparison.Ordinal);
        Assert.DoesNotContain("local/broken", await ListedAsync());
    }

    [Theory]
    [InlineData(200, ExitCode.Done)]
    [InlineData(404, ExitCode.Usage)]
    [InlineData(401, ExitCode.Usage)]
    [InlineData(1, ExitCode.Misbehaviour)]
    public async Task Pull_says_by_its_status_what_happened(int status, int expected)
    {
        var model = new HubModel();
        using (var source = new TemporaryDirectory())
        {
            TinyModel.Save(source);
            foreach (var path in Directory.GetFiles(source.Path)) model.Files[Path.GetFileName(path)] = File.ReadAllBytes(path);
        }
        if (status == 1) model.FalseChecksums["model.safetensors"] = new string('0', 64);
        using var server = new HubOnLoopback(r => status is 200 or 1 ? model.Answer(r) : new HubAnswer(status, []));
        var config = _files.Write("mimir.yaml", $"models:\n  endpoint: {server.Address}\n");
        var (code, output, error) = await RunAsync("pull", "org/tiny@main", "--config", config, "--name", $"pulled-{status}", "--json");
        Assert.Equal(expected, code);
        Assert.Equal(expected == ExitCode.Done, (await ListedAsync()).Contains($"local/pulled-{status}"));
        if (expected != ExitCode.Done)
        {
            Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            return;
        }
        using var json = JsonDocument.Parse(output);
        Assert.Equal(HubModel.Commit, json.RootElement.GetProperty("revision").GetString());
        Assert.Equal(ExitCode.Done, (await RunAsync("model", "inspect", $"pulled-{status}")).Code);
    }

    [Fact]
    public void The_endpoint_is_the_configurations_then_the_environments_then_Hugging_Face()
    {
        var plain = ConfigLoader.Load(null, []);
        var configured = ConfigLoader.Load(null, [new("MIMIR__MODELS__ENDPOINT", "https://mirror.example/hf")]);
        string? Environment(string name) => name == "HF_ENDPOINT" ? "https://other.example" : name == "HF_TOKEN" ? " hf_x\n" : null;
        Assert.Equal("https://mirror.example/hf", PullCommand.Options(configured, Environment).Endpoint.ToString());
        Assert.Equal("https://other.example/", PullCommand.Options(plain, Environment).Endpoint.ToString());
        Assert.Equal(HubOptions.HuggingFace, PullCommand.Options(plain, _ => null).Endpoint);
        Assert.Equal("hf_x", PullCommand.Options(plain, Environment).Token);
        Assert.Null(PullCommand.Options(plain, _ => null).Token);
        Assert.Throws<UsageException>(() => PullCommand.Options(plain, name => name == "HF_TOKEN" ? "a b" : null));
        Assert.Throws<UsageException>(() => PullCommand.Options(plain, name => name == "HF_ENDPOINT" ? "mirror" : null));
        Assert.Throws<ConfigurationException>(() => ConfigLoader.Load(null, [new("MIMIR__MODELS__ENDPOINT", "http://mirror.example")]));
    }
}
