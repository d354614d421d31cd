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

        public Task<VerificationResult> RunAsync(VerificationRequest request, IProgress<int> progress, CancellationToken cancellation)
        {
            Request = request;
            return Task.FromResult(new VerificationResult { PromptIds = [1], TokenIds = tokens, ReferenceIds = reference, LargestLogitError = 0.0041, Text = "text" });
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(IVerification verification, params string[] more)
    {
        using var output = new StringWriter();
        var command = VerifyCommand.Create(verification);
        var parsed = command.Parse(["--model", "./m", "--prompt", "p", .. more]);
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
        Assert.Equal(new VerificationRequest("./m", "p", 2, 3, false), verification.Request);
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

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public async Task A_real_model_agrees_with_its_reference(int parties, bool active)
    {
        var model = Checkout.SharedModel("stories260K");
        if (model is null) Assert.Skip("the test model shared/models/stories260K is not beside this checkout");
        var found = await new SimulatedVerification().RunAsync(
            new VerificationRequest(model, "Once upon a time", 6, parties, active), new Progress<int>(), TestContext.Current.CancellationToken);
        Assert.True(found.Agree);
        Assert.Equal(6, found.TokenIds.Count);
        Assert.StartsWith("Once upon a time", found.Text, StringComparison.Ordinal);
        Assert.InRange(found.LargestLogitError, 1e-9, 1e-2);
    }

    [Fact]
    public async Task A_coarser_number_format_has_larger_errors()
    {
        var model = Checkout.SharedModel("stories260K");
        if (model is null) Assert.Skip("the test model shared/models/stories260K is not beside this checkout");
        async Task<double> ErrorAsync(int bits) => (await new SimulatedVerification().RunAsync(
            new VerificationRequest(model, "Once", 2, 2, false) { FractionBits = bits }, new Progress<int>(), TestContext.Current.CancellationToken)).LargestLogitError;
        Assert.True(await ErrorAsync(12) > 3 * await ErrorAsync(16));
    }

    [Fact]
    public async Task A_prompt_beyond_the_context_names_the_lengths()
    {
        var model = Checkout.SharedModel("stories260K");
        if (model is null) Assert.Skip("the test model shared/models/stories260K is not beside this checkout");
        using StringWriter output = new(), error = new();
        var code = await CommandLine.RunAsync(["verify", "--model", model, "--prompt", "Once upon a time", "--max-tokens", "600"], output, error);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("600 more tokens", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("512", error.ToString(), StringComparison.Ordinal);
    }
}
