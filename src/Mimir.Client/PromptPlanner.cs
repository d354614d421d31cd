using Mimir.Models.Transformers;
using Mimir.Spdz.Programs;

namespace Mimir.Client;

/// <summary>From prompt lengths to the public terms of a session.</summary>
public static class PromptPlanner
{
    /// <summary>
    /// The plan for segments of the given lengths (tokens, in order). Of the last segment only the bucket becomes public: its positions are
    /// rounded up, and every position that may or may not be prompt is an uncertain one. The lengths of earlier segments are public.
    /// </summary>
    /// <exception cref="ArgumentException">The prompt does not fit the context; names both lengths.</exception>
    public static SessionPlan Plan(
        ModelLayout layout, IReadOnlyList<(string Owner, int Tokens)> segments, IReadOnlyList<string> receivers, GenerationOptions options)
    {
        if (options.PaddingBucket is < 1 or > 1024) throw new ArgumentException($"padding.bucket must lie in 1..1024, not {options.PaddingBucket}");
        if (options.MaxTokens < 1) throw new ArgumentException($"max-tokens must be at least 1, not {options.MaxTokens}");
        foreach (var (owner, tokens) in segments)
            if (tokens < 1) throw new ArgumentException($"the prompt segment of '{owner}' is empty; give it at least one token of text");
        var context = options.MaxContext > 0 ? Math.Min(options.MaxContext, layout.MaxPositions) : layout.MaxPositions;
        var length = options.ReusedRows + options.PublicTokens.Count + segments.Sum(s => s.Tokens);
        if (length > context)
            throw new ArgumentException($"the prompt has {length} tokens, but the context holds {context}; shorten the prompt");
        if (length + options.MaxTokens - 1 > context)
            throw new ArgumentException($"the prompt has {length} tokens and {options.MaxTokens} more are wanted, {length + options.MaxTokens - 1} positions together, but the context holds {context}; shorten the prompt or lower --max-tokens");

        var last = segments[^1].Tokens;
        var rounded = (last + options.PaddingBucket - 1) / options.PaddingBucket * options.PaddingBucket;
        var positions = Math.Min(rounded, context - options.MaxTokens + 1 - (length - last));
        var plan = new SessionPlan
        {
            Segments = [.. segments.SkipLast(1).Select(s => new PromptSegment(s.Owner, s.Tokens)), new PromptSegment(segments[^1].Owner, positions)],
            Uncertain = positions - (rounded - options.PaddingBucket + 1),
            Receivers = receivers,
            MaxTokens = options.MaxTokens,
            Temperature = options.Temperature,
            TopK = options.LogitsToOwner ? 0 : options.TopK,
            Epsilon = options.Epsilon,
            NoiseSeed = options.NoiseSeed,
            LogitsToOwner = options.LogitsToOwner,
            Speculate = options.Speculate,
            ReusedRows = options.ReusedRows,
            KeepPrefix = options.KeepPrefix,
            PublicTokens = options.PublicTokens,
            FractionBits = options.ScaleBits,
            ChebyshevDegree = options.ChebyshevDegree,
            AuditRate = options.AuditRate,
            BlockSteps = options.BlockSteps,
            PrefillChunk = options.PrefillChunk,
        };
        if (options.EpsilonSession > 0 && !(plan.Epsilon > 0 && plan.SessionEpsilon <= options.EpsilonSession))
            throw new ArgumentException(plan.Epsilon > 0
                ? FormattableString.Invariant($"{plan.Outputs} outputs of epsilon {plan.Epsilon} take {plan.SessionEpsilon:0.###}, more than privacy.epsilon_session ({options.EpsilonSession}); lower --max-tokens or --epsilon")
                : "privacy.epsilon_session is set, so tokens need differential privacy; set privacy.epsilon_per_token or --epsilon");
        return plan;
    }
}
