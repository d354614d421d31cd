namespace Mimir.Models.Files;

/// <summary>config.json of Gemma2ForCausalLM: norms behind attention and MLP, soft caps, a window in every other layer, scaled embeddings.</summary>
internal static class Gemma2Config
{
    public static ModelConfig Parse(JsonFields json)
    {
        var config = DecoderConfig.Parse(json, ModelFamily.Gemma2, new DecoderDefaults { Tied = true, HeadSize = 256, Activation = "hidden_activation", Function = "gelu_pytorch_tanh" });
        return Common(json, config) with
        {
            AttentionCap = Cap(json, "attn_logit_softcapping", 50),
            LogitsCap = Cap(json, "final_logit_softcapping", 30),
            Attention = LayerTypes.Of(json, config, LayerTypes.WindowOf(json, 4096), layer => layer % 2 == 0),
        };
    }

    /// <summary>What all Gemmas have.</summary>
    internal static ModelConfig Common(JsonFields json, ModelConfig config)
    {
        ConfigLimits.RequireFlag(json, "use_bidirectional_attention", false);
        return config with
        {
            PostNorms = true,
            QueryScale = 1 / Math.Sqrt(json.Number("query_pre_attn_scalar", 1, 1e6, 256)),
            EmbeddingScale = Math.Sqrt(config.HiddenSize),
        };
    }

    /// <summary>Absent: Hugging Face's default; null: none.</summary>
    internal static double Cap(JsonFields json, string key, double missing) =>
        json.Json.TryGetProperty(key, out var value) && value.ValueKind == System.Text.Json.JsonValueKind.Null ? 0 : json.Number(key, 1, 4096, missing);
}
