using Mimir.Client;
using Mimir.Client.Sampling;
using Mimir.Client.Text;
using Mimir.Gateway.Errors;

namespace Mimir.Gateway.OpenAi;

/// <summary>A request that has been understood: what to run, on which model. Nothing has been sent yet.</summary>
/// <param name="Model">The model.</param>
/// <param name="Prompt">The prompt's tokens.</param>
/// <param name="Request">How to generate and how to answer.</param>
/// <param name="PromptField">Which field the prompt came in.</param>
internal sealed record TextJob(OfferedModel Model, IReadOnlyList<int> Prompt, GenerationRequest Request, string PromptField)
{
    /// <summary>What the model's owner is asked for.</summary>
    /// <param name="options">The cluster's terms for the model (<see cref="Clusters.ClusterMonitor"/>).</param>
    /// <param name="limit">Most tokens when the request names no limit.</param>
    /// <exception cref="ApiException">The prompt does not fit the context; names both lengths.</exception>
    /// <exception cref="SamplingRefusedException">The mode cannot honour a field.</exception>
    public TextRequest Bound(GenerationOptions options, int limit)
    {
        var context = Model.Owner.Model.Config.MaxPositions;
        if (options.MaxContext > 0) context = Math.Min(context, options.MaxContext);
        var wanted = Request.Sampling.MaxTokens ?? Math.Min(limit, Math.Max(1, context - Prompt.Count + 1));
        if (Prompt.Count + wanted - 1 > context)
            throw new ApiException(
                400, "invalid_request_error",
                $"this model's context holds {context} positions, but {Prompt.Count + wanted - 1} are asked for: {Prompt.Count} tokens of the prompt and {wanted} of the answer (the last needs none); shorten the prompt or lower max_tokens",
                PromptField, "context_length_exceeded");
        var sampling = Request.Sampling with { MaxTokens = wanted };
        SamplingRules.RequireTokens(sampling, Model.Owner.Model.Config.VocabularySize);
        return new TextRequest { Prompt = Prompt, Options = SamplingRules.Apply(sampling, options), Sampling = sampling };
    }
}
