using System.Globalization;
using Mimir.Client.Sampling;
using Mimir.Gateway.Errors;

namespace Mimir.Gateway.OpenAi;

/// <summary>The fields of a request that say how tokens are chosen. Their types are checked here, their ranges and what a mode can honour by <see cref="SamplingRules"/>.</summary>
internal static class SamplingFields
{
    private const long MostWhole = 1 << 20;

    /// <summary>Reads them; <paramref name="maxTokens"/> is read elsewhere.</summary>
    /// <exception cref="ApiException">One is of another type or out of range.</exception>
    public static SamplingRequest Read(RequestFields fields, bool chat, int? maxTokens)
    {
        var (wanted, top) = chat ? ChatProbabilities(fields) : Probabilities(fields);
        return new SamplingRequest
        {
            Temperature = fields.Number("temperature", 0, 2),
            TopP = fields.Number("top_p", 0, 1),
            TopK = (int?)fields.Whole("top_k", 0, MostWhole),
            MinP = fields.Number("min_p", 0, 1),
            PresencePenalty = fields.Number("presence_penalty", -2, 2),
            FrequencyPenalty = fields.Number("frequency_penalty", -2, 2),
            RepetitionPenalty = fields.Number("repetition_penalty", 0.01, 100),
            LogitBias = Biases(fields),
            Seed = fields.Whole("seed", long.MinValue, long.MaxValue),
            Stop = fields.Texts("stop", SamplingRules.MostStops),
            N = (int)(fields.Whole("n", 1, SamplingRules.MostTexts) ?? 1),
            MaxTokens = maxTokens,
            LogProbs = wanted,
            TopLogProbs = top,
            EarlyStop = fields.Flag("early_stop"),
            Epsilon = fields.Number("epsilon", 0, double.MaxValue),
        };
    }

    private static (bool Wanted, int Top) ChatProbabilities(RequestFields fields) =>
        (fields.Flag("logprobs") ?? false, (int)(fields.Whole("top_logprobs", 0, SamplingRules.MostLogProbs) ?? 0));

    private static (bool Wanted, int Top) Probabilities(RequestFields fields) =>
        fields.Whole("logprobs", 0, SamplingRules.MostLogProbs) is { } top ? (true, (int)top) : (false, 0);

    private static Dictionary<int, double> Biases(RequestFields fields)
    {
        var result = new Dictionary<int, double>();
        if (fields.Object("logit_bias") is not { } biases) return result;
        foreach (var name in biases.Names)
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var token))
                throw ApiException.Field("logit_bias", "logit_bias: every name must be a token's number");
            if (result.Count == SamplingRules.MostBiases) throw ApiException.Field("logit_bias", $"logit_bias: at most {SamplingRules.MostBiases} tokens are allowed");
            result[token] = biases.Number(name, -100, 100)!.Value;
        }
        return result;
    }
}
