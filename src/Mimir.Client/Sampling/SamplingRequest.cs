using System.Collections.Frozen;

namespace Mimir.Client.Sampling;

/// <summary>
/// How somebody wants the next token chosen, in the words of OpenAI's interface. What is null (or neutral) is left to the mode's defaults; what a mode cannot honour
/// is refused by <see cref="SamplingRules"/>, never ignored.
/// </summary>
public sealed record SamplingRequest
{
    /// <summary>`temperature`: τ, 0 is greedy; null: the options'.</summary>
    public double? Temperature { get; init; }

    /// <summary>`top_k`: only the k likeliest tokens; 0: all; 1: greedy; null: the options'.</summary>
    public int? TopK { get; init; }

    /// <summary>`top_p`: the fewest likeliest tokens with this much probability together.</summary>
    public double? TopP { get; init; }

    /// <summary>`min_p`: only tokens at least this times as likely as the likeliest.</summary>
    public double? MinP { get; init; }

    /// <summary>`repetition_penalty`: logits of tokens of prompt and text are divided (multiplied when negative) by it.</summary>
    public double? RepetitionPenalty { get; init; }

    /// <summary>`presence_penalty`: taken off the logits of tokens that the text has.</summary>
    public double? PresencePenalty { get; init; }

    /// <summary>`frequency_penalty`: taken off the logits of tokens once for each time that the text has them.</summary>
    public double? FrequencyPenalty { get; init; }

    /// <summary>`logit_bias`: added to the logits of these tokens.</summary>
    public IReadOnlyDictionary<int, double> LogitBias { get; init; } = FrozenDictionary<int, double>.Empty;

    /// <summary>`stop`: the text ends before the first of these strings.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>`seed`: noise that everybody knows, for runs that repeat; null: noise that nobody knows.</summary>
    public long? Seed { get; init; }

    /// <summary>`max_tokens`; null: the options'.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>`n`: texts for the one prompt, each with noise, and a session, of its own.</summary>
    public int N { get; init; } = 1;

    /// <summary>`logprobs`: the logarithm of each chosen token's probability is wanted.</summary>
    public bool LogProbs { get; init; }

    /// <summary>`top_logprobs`: and those of so many likeliest tokens.</summary>
    public int TopLogProbs { get; init; }

    /// <summary>`early_stop`: everybody may see at which token the text ends; null: the options'.</summary>
    public bool? EarlyStop { get; init; }

    /// <summary>`epsilon`: differential privacy of each released token, at most the options'; null: the options'.</summary>
    public double? Epsilon { get; init; }
}
