using Mimir.Models.Transformers;

namespace Mimir.Models.Files;

/// <summary>
/// config.json of Gemma3ForCausalLM, the text models: as Gemma 2 but with normalised heads, and local layers that have a window and a rotary base of their own
/// (rope_local_base_freq, never scaled).
/// </summary>
internal static class Gemma3Config
{
    public static ModelConfig Parse(JsonFields json)
    {
        var config = DecoderConfig.Parse(json, ModelFamily.Gemma3, new DecoderDefaults
        {
            Tied = true, HeadSize = 256, Activation = "hidden_activation", Function = "gelu_pytorch_tanh", RotaryBase = 1e6, RotaryKind = "full_attention",
        });
        var pattern = json.Integer("sliding_window_pattern", 1, ConfigLimits.Layers, json.Integer("_sliding_window_pattern", 1, ConfigLimits.Layers, 6));
        var layers = LayerTypes.Of(json, config, LayerTypes.WindowOf(json, 4096), layer => (layer + 1) % pattern != 0, out var local);
        return Gemma2Config.Common(json, config) with
        {
            HeadNorms = true,
            AttentionCap = Gemma2Config.Cap(json, "attn_logit_softcapping", 0),
            LogitsCap = Gemma2Config.Cap(json, "final_logit_softcapping", 0),
            Rotaries = [.. config.Rotaries, Local(json, config.HeadSize)],
            Attention = [.. layers.Select((layer, i) => local[i] ? layer with { Rotary = 1 } : layer)],
        };
    }

    private static RotaryTable Local(JsonFields json, int headSize)
    {
        var parameters = json.Object("rope_parameters")?.Object("sliding_attention");
        if (parameters is not null) return RotaryConfig.Read(parameters, parameters, headSize, 10000, ConfigLimits.Count).Table;
        return new RotaryTable(headSize, json.Number("rope_local_base_freq", 1, 1e12, 10000));
    }
}
