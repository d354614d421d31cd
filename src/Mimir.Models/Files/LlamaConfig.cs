namespace Mimir.Models.Files;

/// <summary>config.json of LlamaForCausalLM, SmolLM's and TinyLlama's included. Defaults are those of Hugging Face.</summary>
internal static class LlamaConfig
{
    public static ModelConfig Parse(JsonFields json)
    {
        var config = DecoderConfig.Parse(json, ModelFamily.Llama, new DecoderDefaults { Positions = 2048, Tied = false });
        // No Llama has a window; one that is said to have one is not what Hugging Face would run.
        if (LayerTypes.WindowOf(json) is { } window && window < config.MaxPositions)
            throw json.Error("sliding_window", json.Require("sliding_window"), $"null, or at least max_position_embeddings ({config.MaxPositions}): attention over the whole context");
        return config;
    }
}
