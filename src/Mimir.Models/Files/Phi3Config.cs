namespace Mimir.Models.Files;

/// <summary>
/// config.json of Phi3ForCausalLM. With LongRoPE the context ends where the short factors do (original_max_position_embeddings): beyond, Hugging Face would change
/// the angles of tokens already taken in.
/// </summary>
internal static class Phi3Config
{
    public static ModelConfig Parse(JsonFields json)
    {
        var config = DecoderConfig.Parse(json, ModelFamily.Phi3, new DecoderDefaults { Tied = false, PartialRotary = true });
        return config with { Attention = LayerTypes.Of(json, config, LayerTypes.WindowOf(json), _ => true) };
    }
}
