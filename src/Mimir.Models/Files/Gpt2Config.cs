namespace Mimir.Models.Files;

/// <summary>config.json of GPT2LMHeadModel. Defaults are those of Hugging Face.</summary>
internal static class Gpt2Config
{
    public static ModelConfig Parse(JsonFields json)
    {
        ConfigLimits.RequireFlag(json, "scale_attn_weights", true);
        ConfigLimits.RequireFlag(json, "scale_attn_by_inverse_layer_idx", false);
        ConfigLimits.RequireFlag(json, "add_cross_attention", false);
        var hidden = json.Integer("n_embd", 1, ConfigLimits.Width / 4, 768);
        var heads = json.Integer("n_head", 1, ConfigLimits.Heads, 12);
        if (hidden % heads != 0) throw json.Error($"key 'n_head' is {heads}, but Mimir needs a divisor of n_embd, {hidden}");
        return new ModelConfig
        {
            Family = ModelFamily.Gpt2,
            HiddenSize = hidden,
            IntermediateSize = json.Integer("n_inner", 1, ConfigLimits.Width, 4 * hidden),
            Layers = json.Integer("n_layer", 1, ConfigLimits.Layers, 12),
            Heads = heads,
            KeyValueHeads = heads,
            HeadSize = hidden / heads,
            VocabularySize = json.Integer("vocab_size", 1, ConfigLimits.Count, 50257),
            MaxPositions = json.Integer("n_positions", 1, ConfigLimits.Count, 1024),
            NormEpsilon = json.Number("layer_norm_epsilon", 1e-12, 1, 1e-5),
            Activation = ConfigLimits.Activation(json, "activation_function", "gelu_new"),
            RotaryBase = null,
            TiedEmbeddings = json.Flag("tie_word_embeddings", true),
            AttentionBias = true,
            MlpBias = true,
            BosTokenId = ConfigLimits.BosId(json),
            EosTokenIds = ConfigLimits.EosIds(json),
        };
    }
}
