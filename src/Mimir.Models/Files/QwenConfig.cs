namespace Mimir.Models.Files;

/// <summary>config.json of Qwen2ForCausalLM (Qwen 2 and 2.5: biases of queries, keys and values) and Qwen3ForCausalLM (normalised heads).</summary>
internal static class QwenConfig
{
    public static ModelConfig Parse2(JsonFields json)
    {
        var config = DecoderConfig.Parse(json, ModelFamily.Qwen2, new DecoderDefaults { Tied = false });
        return Windows(json, config) with { AttentionBias = true, OutputBias = false };
    }

    public static ModelConfig Parse3(JsonFields json)
    {
        var config = DecoderConfig.Parse(json, ModelFamily.Qwen3, new DecoderDefaults { Tied = false, HeadSize = 128 });
        return Windows(json, config) with { HeadNorms = true };
    }

    /// <summary>With use_sliding_window the layers from max_window_layers on have one.</summary>
    private static ModelConfig Windows(JsonFields json, ModelConfig config)
    {
        var window = json.Flag("use_sliding_window", false) ? LayerTypes.WindowOf(json) : null;
        var first = json.Integer("max_window_layers", 0, ConfigLimits.Layers, 28);
        return config with { Attention = LayerTypes.Of(json, config, window, layer => layer >= first) };
    }
}
