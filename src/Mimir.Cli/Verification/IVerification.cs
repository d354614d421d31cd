using Mimir.Models.Folding;

namespace Mimir.Cli.Verification;

/// <summary>Runs a model securely and in the clear and compares.</summary>
public interface IVerification
{
    /// <summary>
    /// Generates <see cref="VerificationRequest.MaxTokens"/> tokens both ways, greedily; reports the number of secure tokens so far.
    /// </summary>
    Task<VerificationResult> RunAsync(VerificationRequest request, IProgress<int> progress, CancellationToken cancellation);
}

/// <summary>What to compare.</summary>
/// <param name="ModelDirectory">The user's own model: its weights are read in the clear for the reference.</param>
/// <param name="Prompt">The user's own prompt.</param>
/// <param name="MaxTokens">Tokens to generate.</param>
/// <param name="Parties">N.</param>
/// <param name="Active">MACs on.</param>
public sealed record VerificationRequest(string ModelDirectory, string Prompt, int MaxTokens, int Parties, bool Active)
{
    /// <summary>How the weights are shared.</summary>
    public WeightTerms Weights { get; init; } = WeightTerms.Secret;

    /// <summary>f.</summary>
    public int FractionBits { get; init; } = 16;

    /// <summary>Degree of spline pieces.</summary>
    public int ChebyshevDegree { get; init; } = 2;
}

/// <summary>How far the secure run and the reference agree.</summary>
public sealed record VerificationResult
{
    /// <summary>The prompt's tokens.</summary>
    public required IReadOnlyList<int> PromptIds { get; init; }

    /// <summary>What the secure run generated.</summary>
    public required IReadOnlyList<int> TokenIds { get; init; }

    /// <summary>What the float64 reference generated.</summary>
    public required IReadOnlyList<int> ReferenceIds { get; init; }

    /// <summary>Largest absolute difference of two logits, over the steps up to and including the first disagreement.</summary>
    public required double LargestLogitError { get; init; }

    /// <summary>The secure run's text.</summary>
    public required string Text { get; init; }

    /// <summary>Leading tokens that are the same.</summary>
    public int Agreeing => TokenIds.Zip(ReferenceIds).TakeWhile(t => t.First == t.Second).Count();

    /// <summary>Whether all tokens are the same.</summary>
    public bool Agree => TokenIds.SequenceEqual(ReferenceIds);
}
