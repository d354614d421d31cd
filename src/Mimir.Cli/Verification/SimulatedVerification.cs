using Mimir.Models.Files;
using Mimir.Models.Reference;
using Mimir.Models.Transformers;
using Mimir.Spdz.Diagnostics;
using Mimir.Spdz.Programs;

namespace Mimir.Cli.Verification;

/// <summary>
/// Runs all parties and the Triple Service in this one process (<see cref="SecureLogits"/>), because a real session never shows logits, and
/// the float64 reference beside it, over the weights as they are in the file also when they are public and the parties round them. Both choose greedily and do not stop at an end of text.
/// </summary>
public sealed class SimulatedVerification : IVerification
{
    private const string Owner = "verify";

    /// <inheritdoc/>
    /// <exception cref="Mimir.Models.ModelFormatException">The model cannot be opened.</exception>
    /// <exception cref="ArgumentException">Prompt and tokens do not fit the context.</exception>
    public async Task<VerificationResult> RunAsync(VerificationRequest request, IProgress<int> progress, CancellationToken cancellation)
    {
        using var model = ModelDirectory.Open(request.ModelDirectory);
        int[] prompt = [.. model.Tokenizer.Encode(request.Prompt)];
        if (prompt.Length == 0) throw new UsageException("--prompt has no tokens; write some text");
        var weights = request.Weights.Open(model);
        var (tokens, logits) = await SecureAsync(weights, prompt, request, progress, cancellation);
        var reference = ReferenceModel.Generate(weights, prompt, request.MaxTokens, ReferenceModel.Greedy);
        return new VerificationResult
        {
            PromptIds = prompt,
            TokenIds = tokens,
            ReferenceIds = reference.Tokens,
            LargestLogitError = LargestError(tokens, logits, reference),
            Text = model.Tokenizer.Decode([.. prompt, .. tokens]),
        };
    }

    private static async Task<(List<int> Tokens, List<double[]> Logits)> SecureAsync(
        IWeightSource weights, int[] prompt, VerificationRequest request, IProgress<int> progress, CancellationToken cancellation)
    {
        var plan = new SessionPlan
        {
            Segments = [new PromptSegment(Owner, prompt.Length)],
            Uncertain = 0,
            Receivers = [Owner],
            MaxTokens = request.MaxTokens,
            Temperature = 0,
            NoiseSeed = null,
            FractionBits = request.FractionBits,
            ChebyshevDegree = request.ChebyshevDegree,
            AuditRate = 0.01,
            BlockSteps = 4,
        };
        plan.Validate(weights.Layout, request.Parties, weights.Layout.MaxPositions);
        var (tokens, logits) = (new List<int>(), new List<double[]>());
        await new SecureLogits(weights, plan, request.Parties, request.Active).RunAsync(prompt, (token, from) =>
        {
            tokens.Add(token);
            logits.Add(from);
            progress.Report(tokens.Count);
        }, cancellation);
        return (tokens, logits);
    }

    /// <summary>max |secure − reference| while both have seen the same tokens: up to and including the first difference.</summary>
    private static double LargestError(List<int> tokens, List<double[]> logits, ReferenceGeneration reference)
    {
        var largest = 0.0;
        for (var i = 0; i < Math.Min(tokens.Count, reference.Tokens.Count); i++)
        {
            for (var v = 0; v < reference.Logits[i].Length; v++)
                largest = Math.Max(largest, Math.Abs(logits[i][v] - reference.Logits[i][v]));
            if (tokens[i] != reference.Tokens[i]) break;
        }
        return largest;
    }
}
