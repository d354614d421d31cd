using System.Collections.Frozen;

namespace Mimir.Client.Sampling;

/// <summary>What only a data owner that has the logits itself can do with them. Nobody else learns it.</summary>
public sealed record OwnerSampling
{
    /// <summary>Nothing of it.</summary>
    public static OwnerSampling None { get; } = new();

    /// <summary>Top-k; 0: all tokens.</summary>
    public int TopK { get; init; }

    /// <summary>Top-p; 1: all tokens.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Min-p; 0: all tokens.</summary>
    public double MinP { get; init; }

    /// <summary>Over prompt and text; 1: none.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Over the text; 0: none.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Over the text, each time; 0: none.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Added to logits.</summary>
    public IReadOnlyDictionary<int, double> LogitBias { get; init; } = FrozenDictionary<int, double>.Empty;

    /// <summary>The likeliest tokens whose log probabilities are wanted beside the chosen one's; null: none at all.</summary>
    public int? TopLogProbs { get; init; }
}
