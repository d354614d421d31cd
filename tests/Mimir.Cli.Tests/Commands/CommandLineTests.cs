using System.Text.Json;

namespace Mimir.Cli.Tests.Commands;

public sealed class CommandLineTests
{
    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var code = await CommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    [Theory]
    [InlineData("mimir --help", "nonsense")]
    [InlineData("mimir plan --help", "plan")]
    [InlineData("mimir plan --help", "plan", "--context", "many", "--shape", "gpt2-small")]
    [InlineData("mimir model inspect --help", "model", "inspect")]
    [InlineData("--parties must lie in 2..16, not 1", "plan", "--context", "8", "--shape", "gpt2-small", "--parties", "1")]
    [InlineData("needs --model DIR or --shape NAME", "plan", "--context", "8")]
    [InlineData("known shapes:", "plan", "--context", "8", "--shape", "gpt9")]
    [InlineData("1..1024", "plan", "--context", "1025", "--shape", "gpt2-small")]
    [InlineData("directory not found", "model", "inspect", "/nowhere")]
    [InlineData("/nowhere/history.jsonl", "bench", "--shape", "stories260k", "--context", "64", "--record", "/nowhere/history.jsonl")]
    [InlineData("'sometimes'", "plan", "--context", "8", "--shape", "gpt2-small", "--security", "sometimes")]
    public async Task A_wrong_command_line_is_one_clear_line_and_status_2(string expected, params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Empty(output);
        Assert.StartsWith("mimir: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("plan", "--help")]
    public async Task Help_and_version_are_no_errors(params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);
        Assert.Equal(ExitCode.Done, code);
        Assert.NotEmpty(output);
        Assert.Empty(error);
    }

    [Fact]
    public async Task Plan_prints_one_json_object()
    {
        var (code, output, _) = await RunAsync("plan", "--shape", "stories260k", "--context", "64", "--json");
        Assert.Equal(ExitCode.Done, code);
        using var json = JsonDocument.Parse(output);
        Assert.True(json.RootElement.GetProperty("rounds_per_layer").GetInt64() > 10);
        Assert.True(json.RootElement.GetProperty("dealt_bytes_per_token").GetInt64() > 0);
        Assert.True(json.RootElement.GetProperty("seconds_per_token").GetDouble() > 0);
    }

    [Fact]
    public async Task Plan_follows_the_configuration_and_flags_win_over_it()
    {
        using var file = new TemporaryFile("security: passive\ncheby:\n  deg: 4\n");
        async Task<(string Security, long Dealt)> PlanAsync(params string[] more)
        {
            var (code, output, _) = await RunAsync(["plan", "--shape", "stories260k", "--context", "8", "--json", .. more]);
            Assert.Equal(ExitCode.Done, code);
            using var json = JsonDocument.Parse(output);
            return (json.RootElement.GetProperty("security").GetString()!, json.RootElement.GetProperty("dealt_bytes_per_token").GetInt64());
        }
        var plain = await PlanAsync("--security", "passive");
        var configured = await PlanAsync("--config", file.Path);
        Assert.Equal("passive", configured.Security);
        Assert.True(configured.Dealt > plain.Dealt, "a higher degree needs larger tables");
        Assert.Equal("active", (await PlanAsync("--config", file.Path, "--security", "active")).Security);
    }

    [Fact]
    public async Task A_wrong_configuration_is_status_2_with_file_and_line()
    {
        using var file = new TemporaryFile("cheby:\n  degree: 4\n");
        var (code, _, error) = await RunAsync("plan", "--shape", "stories260k", "--context", "8", "--config", file.Path);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Equal($"mimir: {file.Path}:2: there is no key 'cheby.degree'; the nearest is 'cheby.deg'\n", error);
    }

    [Fact]
    public async Task Plan_prints_a_table_for_people()
    {
        var (code, output, _) = await RunAsync("plan", "--shape", "stories260k", "--context", "64");
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("stories260k, context 64, 2 parties, active", output, StringComparison.Ordinal);
        Assert.Contains("Prices measured on:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_reports_every_finding_as_json()
    {
        var (code, output, _) = await RunAsync("doctor", "--json");
        using var json = JsonDocument.Parse(output);
        Assert.Equal(json.RootElement.GetProperty("ok").GetBoolean() ? ExitCode.Done : ExitCode.Failed, code);
        var findings = json.RootElement.GetProperty("findings").EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!, f => f.GetProperty("ok").GetBoolean());
        Assert.True(findings[".NET"]);
        Assert.True(findings["loopback TLS 1.3"]);
        Assert.Contains("memory read, 1 thread", findings.Keys);
        foreach (var evidence in new[] { "evidence", "Nitro enclave", "SEV-SNP guest", "TDX guest", "TPM 2.0" }) Assert.Contains(evidence, findings.Keys);
    }

    [Fact]
    public async Task Inspect_shows_architecture_folding_and_tokenizer()
    {
        var model = Checkout.SharedModel("stories260K");
        if (model is null) Assert.Skip("the test model shared/models/stories260K is not beside this checkout");
        var (code, output, _) = await RunAsync("model", "inspect", model, "--json");
        Assert.Equal(ExitCode.Done, code);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(5, json.RootElement.GetProperty("layers").GetInt32());
        Assert.Equal(512, json.RootElement.GetProperty("tokenizer").GetProperty("count").GetInt32());
        Assert.Contains(json.RootElement.GetProperty("matrices").EnumerateArray(), m => m.GetProperty("name").GetString() == "layers.4.down");
        var (_, text, _) = await RunAsync("model", "inspect", model);
        Assert.Contains("layers.4.down", text, StringComparison.Ordinal);
    }
}
