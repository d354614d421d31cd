using System.Text;
using Mimir.Spdz.Programs;

namespace Mimir.Client.Sampling;

/// <summary>
/// Which mode can honour which request (docs/sampling.md has the table). Two modes: sampling inside the computation, where nobody sees logits, and
/// sampling by the one data owner who gets them (<see cref="GenerationOptions.LogitsToOwner"/>).
/// </summary>
public static class SamplingRules
{
    /// <summary>Most texts for one prompt.</summary>
    public const int MostTexts = 16;

    /// <summary>Most stop strings.</summary>
    public const int MostStops = 16;

    /// <summary>Longest stop string, in UTF-16 units.</summary>
    public const int LongestStop = 256;

    /// <summary>Most entries of a logit bias.</summary>
    public const int MostBiases = 1024;

    /// <summary>Most `top_logprobs`.</summary>
    public const int MostLogProbs = 20;

    /// <summary><paramref name="options"/> with what <paramref name="request"/> asks for. Doing it again changes nothing.</summary>
    /// <exception cref="SamplingRefusedException">A field is out of range, or this mode cannot honour it; names the field.</exception>
    public static GenerationOptions Apply(SamplingRequest request, GenerationOptions options)
    {
        RequireRanges(request);
        if (options.LogitsToOwner) RequireOwnerMode(request, options);
        else RequireSecretMode(request);
        var temperature = request.Temperature ?? options.Temperature;
        var topK = request.TopK ?? options.TopK;
        var epsilon = Epsilon(request, options);
        if (epsilon > 0) RequirePrivacy(request, options, temperature, topK);
        if (topK == 1) temperature = 0;
        if (temperature == 0) topK = 0;
        if (topK > SessionPlan.MostTopK && !options.LogitsToOwner)
            throw new SamplingRefusedException("top_k", $"at most {SessionPlan.MostTopK} where tokens are chosen under encryption, not {topK}; 0 is the whole vocabulary");
        return options with
        {
            Temperature = temperature,
            TopK = topK,
            NoiseSeed = request.Seed ?? options.NoiseSeed,
            MaxTokens = request.MaxTokens ?? options.MaxTokens,
            EarlyStop = request.EarlyStop ?? options.EarlyStop,
            Epsilon = epsilon,
            Owner = options.LogitsToOwner ? OwnerOf(request, options.Owner, topK) : OwnerSampling.None,
        };
    }

    /// <summary>The request of text <paramref name="number"/> of `n`: noise of its own, and for number 0 that of the seed itself.</summary>
    public static SamplingRequest Text(SamplingRequest request, int number) =>
        request with { N = 1, Seed = request.Seed is { } seed ? NoiseSeeds.Of(seed, number) : null };

    /// <summary>Refuses biases of tokens that a model with <paramref name="vocabulary"/> tokens does not have.</summary>
    /// <exception cref="SamplingRefusedException">There is one.</exception>
    public static void RequireTokens(SamplingRequest request, int vocabulary)
    {
        foreach (var token in request.LogitBias.Keys)
            Require(token < vocabulary, "logit_bias", $"token {token} is none of the model's {vocabulary}");
    }

    private static void RequireRanges(SamplingRequest request)
    {
        RequireRange("temperature", request.Temperature, 0, 100);
        Require(request.TopK is null or >= 0, "top_k", $"must be 0 (all tokens) or more, not {request.TopK}");
        RequireRange("top_p", request.TopP, 0, 1);
        Require(request.TopP is null or > 0, "top_p", "must be more than 0");
        RequireRange("min_p", request.MinP, 0, 1);
        RequireRange("repetition_penalty", request.RepetitionPenalty, 0.01, 100);
        RequireRange("presence_penalty", request.PresencePenalty, -2, 2);
        RequireRange("frequency_penalty", request.FrequencyPenalty, -2, 2);
        Require(request.LogitBias.Count <= MostBiases, "logit_bias", $"at most {MostBiases} tokens, not {request.LogitBias.Count}");
        foreach (var (token, bias) in request.LogitBias)
        {
            Require(token >= 0, "logit_bias", $"{token} is no token");
            RequireRange("logit_bias", bias, -100, 100);
        }
        Require(request.Stop.Count <= MostStops, "stop", $"at most {MostStops} strings, not {request.Stop.Count}");
        foreach (var stop in request.Stop)
            Require(stop is { Length: > 0 and <= LongestStop } && IsUnicode(stop), "stop", $"every string must have 1 to {LongestStop} characters of valid Unicode");
        Require(request.MaxTokens is null or >= 1, "max_tokens", $"must be at least 1, not {request.MaxTokens}");
        Require(request.N is >= 1 and <= MostTexts, "n", $"must lie in 1..{MostTexts}, not {request.N}");
        Require(request.TopLogProbs is >= 0 and <= MostLogProbs, "top_logprobs", $"must lie in 0..{MostLogProbs}, not {request.TopLogProbs}");
        Require(request.TopLogProbs == 0 || request.LogProbs, "top_logprobs", "needs logprobs: true");
        Require(request.Epsilon is null || (request.Epsilon > 0 && double.IsFinite(request.Epsilon.Value)), "epsilon", "must be more than 0");
    }

    /// <summary>Whoever has no logits can do nothing with them.</summary>
    private static void RequireSecretMode(SamplingRequest request)
    {
        const string Why = "needs the logits, which nobody sees in this mode; leave it out, or use public weights with logits to the owner";
        Require(request.TopP is null or 1, "top_p", Why);
        Require(request.MinP is null or 0, "min_p", Why);
        Require(request.RepetitionPenalty is null or 1, "repetition_penalty", Why);
        Require(request.PresencePenalty is null or 0, "presence_penalty", Why);
        Require(request.FrequencyPenalty is null or 0, "frequency_penalty", Why);
        Require(request.LogitBias.Values.All(b => b == 0), "logit_bias", Why);
        Require(!request.LogProbs, "logprobs", Why);
    }

    /// <summary>Samples after wrong guesses would count in penalties.</summary>
    private static void RequireOwnerMode(SamplingRequest request, GenerationOptions options)
    {
        if (options.Speculate == 0) return;
        const string Why = "not together with speculation, whose samples follow guesses; leave one of them out";
        Require(request.RepetitionPenalty is null or 1, "repetition_penalty", Why);
        Require(request.PresencePenalty is null or 0, "presence_penalty", Why);
        Require(request.FrequencyPenalty is null or 0, "frequency_penalty", Why);
        Require(!request.LogProbs, "logprobs", Why);
    }

    private static double Epsilon(SamplingRequest request, GenerationOptions options)
    {
        if (request.Epsilon is not { } epsilon) return options.Epsilon;
        Require(options.Epsilon == 0 || epsilon <= options.Epsilon, "epsilon", $"may be at most {options.Epsilon} a token here, not {epsilon}");
        return epsilon;
    }

    private static void RequirePrivacy(SamplingRequest request, GenerationOptions options, double temperature, int topK)
    {
        const string Why = "not together with differential privacy of the tokens (epsilon)";
        Require(!options.LogitsToOwner, "epsilon", "not where the logits go to the owner: they say more than any token");
        Require(options.Speculate == 0, "epsilon", "not together with speculation, which releases samples beside the text's own");
        Require((request.Seed ?? options.NoiseSeed) is null, "seed", $"{Why}: noise that everybody knows hides nothing");
        Require(topK == 0, "top_k", $"{Why}: which tokens are left out would say something about the text");
        Require(temperature is > 0 and <= SessionPlan.MostPrivateTemperature, "temperature", $"must lie in (0, {SessionPlan.MostPrivateTemperature}] with differential privacy of the tokens, not {temperature}");
    }

    private static OwnerSampling OwnerOf(SamplingRequest request, OwnerSampling before, int topK) => new()
    {
        TopK = topK,
        TopP = request.TopP ?? before.TopP,
        MinP = request.MinP ?? before.MinP,
        RepetitionPenalty = request.RepetitionPenalty ?? before.RepetitionPenalty,
        PresencePenalty = request.PresencePenalty ?? before.PresencePenalty,
        FrequencyPenalty = request.FrequencyPenalty ?? before.FrequencyPenalty,
        LogitBias = request.LogitBias.Count > 0 ? request.LogitBias : before.LogitBias,
        TopLogProbs = request.LogProbs ? request.TopLogProbs : before.TopLogProbs,
    };

    private static bool IsUnicode(string text)
    {
        foreach (var rune in text.EnumerateRunes())
            if (rune == Rune.ReplacementChar && !text.Contains('\uFFFD')) return false;
        return true;
    }

    private static void RequireRange(string field, double? value, double least, double most) =>
        Require(value is null || (value >= least && value <= most), field, FormattableString.Invariant($"must lie in {least}..{most}, not {value}"));

    private static void Require(bool condition, string field, string message)
    {
        if (!condition) throw new SamplingRefusedException(field, message);
    }
}
