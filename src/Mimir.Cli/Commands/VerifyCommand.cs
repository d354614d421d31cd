using System.CommandLine;
using System.Globalization;
using Mimir.Cli.Verification;

namespace Mimir.Cli.Commands;

/// <summary>`mimir verify`: whether the secure computation gives what the model in the clear gives.</summary>
public static class VerifyCommand
{
    /// <summary>The command, comparing by <paramref name="verification"/>.</summary>
    public static Command Create(IVerification verification)
    {
        var model = new Option<string>("--model") { Description = "A model directory, or a name in the store", HelpName = "DIR|NAME", Required = true };
        var prompt = new Option<string>("--prompt") { Description = "Text to start from", HelpName = "TEXT", Required = true };
        var tokens = SharedOptions.Bounded(new Option<int>("--max-tokens") { Description = "Tokens to generate", HelpName = "N", DefaultValueFactory = _ => 16 }, 1, 1 << 20);
        var parties = SharedOptions.Parties();
        var security = SharedOptions.Security();
        var config = SharedOptions.Config();
        var json = SharedOptions.Json();
        var command = new Command("verify", "Generates securely and in the clear, on your own model and prompt, and compares tokens and logits; exit 1 on disagreement")
        {
            model, prompt, tokens, parties, security, config, json,
        };
        var weights = new WeightArguments(command);
        command.SetAction(async (result, cancellation) =>
        {
            var settings = SharedOptions.Settings(result, config);
            var request = new VerificationRequest(
                ShippedModel.Or(result.GetValue(model)), result.GetValue(prompt)!, result.GetValue(tokens), result.GetValue(parties),
                SharedOptions.IsActive(result, security, settings))
            {
                Weights = weights.Read(result),
                FractionBits = settings.FixedPoint.ScaleBits,
                ChebyshevDegree = settings.FixedPoint.ChebyshevDegree,
            };
            var progress = new Counter(result.InvocationConfiguration.Error, request.MaxTokens);
            var found = await verification.RunAsync(request, progress, cancellation);
            progress.Clear();
            var output = result.InvocationConfiguration.Output;
            if (result.GetValue(json)) Json.Write(output, found);
            else Print(output, request, found);
            return found.Agree ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static void Print(TextWriter output, VerificationRequest request, VerificationResult found)
    {
        output.WriteLine(found.Text);
        output.WriteLine();
        output.WriteLine(found.Agree
            ? $"All {found.TokenIds.Count} tokens agree ({request.Parties} parties)."
            : $"DISAGREE: token {found.Agreeing + 1} of {Math.Max(found.TokenIds.Count, found.ReferenceIds.Count)} differs.");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Largest logit error: {found.LargestLogitError:0.####}"));
    }

    /// <summary>"3 of 16 tokens" in one line of a terminal; silent elsewhere.</summary>
    private sealed class Counter(TextWriter error, int total) : IProgress<int>
    {
        private readonly bool _shown = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;

        public void Report(int value)
        {
            if (_shown) error.Write($"\r{value} of {total} tokens");
        }

        public void Clear()
        {
            if (_shown) error.Write("\r\u001b[K");
        }
    }
}
