namespace Mimir.Models.Files;

/// <summary>config.json of MistralForCausalLM: a Llama, all of whose layers may have a sliding window.</summary>
internal static class MistralConfig
{
    public static ModelConfig Parse(JsonFields json)
    {
        var config = DecoderConfig.Parse(json, ModelFamily.Mistral, new DecoderDefaults { Positions = 2048, Tied = false });
        return config with { Attention = LayerTypes.Of(json, config, LayerTypes.WindowOf(json), _ => true) };
    }
}
