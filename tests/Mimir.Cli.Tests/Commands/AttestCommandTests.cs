using System.Text.Json;

namespace Mimir.Cli.Tests.Commands;

/// <summary>`mimir attest verify` as somebody outside calls it, on the shared vectors.</summary>
public sealed class AttestCommandTests
{
    private static readonly string[] Milan = ["--endorsement", "snp/milan-v3.vcek.der", "--endorsement", "roots/amd_ask_milan.pem", "--endorsement", "roots/amd_ark_milan.pem"];

    [Fact]
    public async Task Valid_evidence_prints_one_object_and_ends_with_0()
    {
        var (code, output, error) = await RunAsync(["snp/milan-v3.report.bin", .. Milan, "--at", "2026-03-01T00:00:00Z", "--json"]);
        Assert.Equal((ExitCode.Done, ""), (code, error));
        var json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(["verdict", "reasons", "kind", "tcb_status", "fields"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal("valid", json.GetProperty("verdict").GetString());
        Assert.Empty(json.GetProperty("reasons").EnumerateArray());
        Assert.Equal("snp", json.GetProperty("kind").GetString());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("tcb_status").ValueKind);
        Assert.Equal(24, json.GetProperty("fields").GetProperty("reported_tcb").GetProperty("snp").GetInt32());
    }

    [Fact]
    public async Task Refused_evidence_ends_with_1_and_says_every_reason()
    {
        var (code, output, _) = await RunAsync(["snp/milan-v3.report.bin", .. Milan, "--at", "2036-03-01", "--nonce", "00ff", "--json"]);
        Assert.Equal(ExitCode.Failed, code);
        var json = JsonDocument.Parse(output).RootElement;
        Assert.Equal("refused", json.GetProperty("verdict").GetString());
        Assert.Equal(["binding.nonce", "chain.expired"], json.GetProperty("reasons").EnumerateArray().Select(r => r.GetString()!.Split(':')[0]));
        Assert.Equal(3, json.GetProperty("fields").GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task People_read_the_same()
    {
        var (code, output, _) = await RunAsync(["snp/milan-v3.report.bin", .. Milan, "--at", "2026-03-01"]);
        Assert.Equal(ExitCode.Done, code);
        Assert.StartsWith("valid: snp", output, StringComparison.Ordinal);
        Assert.Contains("  debug: no", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stated_kind_is_the_kind()
    {
        var (code, output, _) = await RunAsync(["snp/milan-v3.report.bin", .. Milan, "--at", "2026-03-01", "--kind", "nitro", "--json"]);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal("nitro", JsonDocument.Parse(output).RootElement.GetProperty("kind").GetString());
    }

    [Fact]
    public async Task A_file_that_is_no_evidence_is_refused()
    {
        var (code, output, _) = await RunAsync(["README.md", "--json"], Checkout.Root);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("input.evidence-unrecognised", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_saved_as_text_is_read()
    {
        if (Vectors is not { } folder) { Assert.Skip("the attestation vectors are not beside this checkout"); return; }
        var bytes = await File.ReadAllBytesAsync(Path.Combine(folder, "snp/milan-v3.report.bin"));
        foreach (var text in new[] { Convert.ToHexString(bytes) + "\n", Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks) })
        {
            using var file = new TemporaryFile(text);
            var (code, _, _) = await RunAsync([file.Path, .. Milan, "--at", "2026-03-01", "--json"]);
            Assert.Equal(ExitCode.Done, code);
        }
    }

    [Theory]
    [InlineData("--at", "yesterday", "is no time")]
    [InlineData("--nonce", "xyz", "hexadecimal")]
    [InlineData("--kind", "simulated", "'simulated'")]
    [InlineData("--endorsement", "nowhere.der", "cannot be read")]
    [InlineData("--policy", "nowhere.yaml", "cannot be read")]
    [InlineData("--role", "party", "--policy")]
    public async Task A_wrong_option_is_one_line_and_status_2(string option, string value, string expected)
    {
        var (code, output, error) = await RunAsync(["README.md", option, value], Checkout.Root);
        Assert.Equal((ExitCode.Usage, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Evidence_that_cannot_be_read_is_status_2() => Assert.Equal(ExitCode.Usage, (await RunAsync(["nowhere.bin"], Checkout.Root)).Code);

    [Fact]
    public async Task A_policy_judges_what_is_genuine()
    {
        string[] genoa =
        [
            "snp/genoa-v5-oak.report.bin", "--endorsement", "snp/genoa-v5-oak.vcek.der", "--endorsement", "roots/amd_ask_genoa.pem", "--endorsement", "roots/amd_ark_genoa.pem",
            "--collateral", "roots/amd_crl_genoa.der", "--at", "2025-09-01", "--json",
        ];
        foreach (var (microcode, expected) in new[] { (80, ExitCode.Done), (85, ExitCode.Failed) })
        {
            using var policy = new TemporaryFile(
                $$"""
                version: 1
                profile: production
                roles:
                  party: [snp]
                snp:
                  measurements:
                    party:
                      - measurement: c57729018b0a6fb90dc17bb138b0aa35e4401004283ff4a2c24d3739ff3750f52384370e77b7032862a08c440a9bc4dc
                  minimum_tcb:
                    genoa: { bl: 10, tee: 0, snp: 23, ucode: {{microcode}} }
                """);
            var (code, output, error) = await RunAsync([.. genoa, "--policy", policy.Path]);
            Assert.Equal((expected, ""), (code, error));
            Assert.Equal(expected == ExitCode.Failed, output.Contains("policy.snp.", StringComparison.Ordinal));
            Assert.Equal(expected, (await RunAsync([.. genoa, "--policy", policy.Path, "--role", "party"])).Code);
            Assert.Equal(ExitCode.Failed, (await RunAsync([.. genoa, "--policy", policy.Path, "--role", "triple-service"])).Code);
        }
    }

    private static string? Vectors
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (Directory.Exists(Path.Combine(folder.FullName, "shared", "vectors", "attestation"))) return Path.Combine(folder.FullName, "shared", "vectors", "attestation");
            return null;
        }
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] arguments, string? root = null)
    {
        root ??= Vectors;
        if (root is null) Assert.Skip("the attestation vectors are not beside this checkout");
        using StringWriter output = new(), error = new();
        string[] resolved = [.. arguments.Select(a => a.Contains('.', StringComparison.Ordinal) && !a.StartsWith('-') ? Path.Combine(root!, a) : a)];
        var code = await CommandLine.RunAsync(["attest", "verify", .. resolved], output, error);
        return (code, output.ToString(), error.ToString());
    }
}
