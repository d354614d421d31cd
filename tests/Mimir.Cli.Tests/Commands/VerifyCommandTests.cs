using System.CommandLine;
using System.Text.Json;
using Mimir.Cli.Commands;
using Mimir.Cli.Verification;

namespace Mimir.Cli.Tests.Commands;

public sealed class VerifyCommandTests
{
    private sealed class Canned(int[] tokens, int[] reference) : IVerification
    {
        public VerificationRequest? Request { get; private set; }

        public Task<VerificationResult> RunAsync(VerificationRequest request, CancellationToken cancellation)
        {
            Request = request;
            return Task.FromResult(new VerificationResult { PromptIds = [1], TokenIds = tokens, ReferenceIds = reference, LargestLogitError = 0.0041, Text = "text" });
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(IVerification verification, params string[] more)
    {
        using var output = new StringWriter();
        var command = VerifyCommand.Create(verification);
        var parsed = command.Parse(["--model", "m", "--prompt", "p", .. more]);
        Assert.Empty(parsed.Errors);
        return (await parsed.InvokeAsync(new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false }), output.ToString());
    }

    [Fact]
    public async Task Agreement_is_status_0()
    {
        var verification = new Canned([4, 5], [4, 5]);
        var (code, output) = await RunAsync(verification, "--max-tokens", "2", "--parties", "3", "--security", "passive");
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("All 2 tokens agree", output, StringComparison.Ordinal);
        Assert.Contains("0.0041", output, StringComparison.Ordinal);
        Assert.Equal(new VerificationRequest("m", "p", 2, 3, false), verification.Request);
    }

    [Fact]
    public async Task Disagreement_is_status_1_and_names_the_token()
    {
        var (code, output) = await RunAsync(new Canned([4, 5, 6], [4, 9, 6]));
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("token 2 of 3 differs", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shorter_run_is_a_disagreement()
    {
        var (code, _) = await RunAsync(new Canned([4], [4, 9]));
        Assert.Equal(ExitCode.Failed, code);
    }

    [Fact]
    public async Task Json_holds_both_runs()
    {
        var (code, output) = await RunAsync(new Canned([4, 5], [4, 6]), "--json");
        Assert.Equal(ExitCode.Failed, code);
        using var json = JsonDocument.Parse(output);
        Assert.False(json.RootElement.GetProperty("agree").GetBoolean());
        Assert.Equal(1, json.RootElement.GetProperty("agreeing").GetInt32());
        Assert.Equal(0.0041, json.RootElement.GetProperty("largest_logit_error").GetDouble());
    }
}
