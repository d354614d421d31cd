namespace Mimir.Models.Files;

/// <summary>The keys that Llama's config.json and those of its descendants share.</summary>
internal static class DecoderConfig
{
    public static ModelConfig Parse(JsonFields json, ModelFamily family, DecoderDefaults defaults)
    {
        var heads = json.Integer("num_attention_heads", 1, ConfigLimits.Heads);
        var hidden = json.Integer("hidden_size", 1, ConfigLimits.Width);
        var keyValueHeads = json.Integer("num_key_value_heads", 1, ConfigLimits.Heads, heads);
        if (heads % keyValueHeads != 0)
            throw json.Error("num_key_value_heads", json.Require("num_key_value_heads"), $"a divisor of num_attention_heads, {heads}");
        var headSize = HeadSize(json, hidden, heads, defaults.HeadSize);
        var positions = json.Integer("max_position_embeddings", 1, ConfigLimits.Count, defaults.Positions);
        if (!defaults.PartialRotary && json.Find("partial_rotary_factor") is { } partial && json.Number("partial_rotary_factor", 0, 1) < 1)
            throw json.Error("partial_rotary_factor", partial, "1 (whole heads are rotated)");
        var (rotary, context) = RotaryConfig.Parse(json, headSize, positions, defaults.RotaryBase, "rope_theta", 1, defaults.RotaryKind);
        return new ModelConfig
        {
            Family = family,
            HiddenSize = hidden,
            IntermediateSize = json.Integer("intermediate_size", 1, ConfigLimits.Width),
            Layers = json.Integer("num_hidden_layers", 1, ConfigLimits.Layers),
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadSize = headSize,
            VocabularySize = json.Integer("vocab_size", 1, ConfigLimits.Count),
            MaxPositions = context,
            NormEpsilon = json.Number("rms_norm_eps", 1e-12, 1, 1e-6),
            Activation = ConfigLimits.Activation(json, defaults.Activation, defaults.Function),
            RotaryBase = rotary.Base,
            Rotaries = [rotary],
            TiedEmbeddings = json.Flag("tie_word_embeddings", defaults.Tied),
            AttentionBias = json.Flag("attention_bias", false),
            MlpBias = json.Flag("mlp_bias", false),
            BosTokenId = ConfigLimits.BosId(json),
            EosTokenIds = ConfigLimits.EosIds(json),
        };
    }

    private static int HeadSize(JsonFields json, int hidden, int heads, int? missing)
    {
        if (json.Find("head_dim") is null && missing is null && hidden % heads != 0)
            throw json.Error("num_attention_heads", json.Require("num_attention_heads"), $"a divisor of hidden_size, {hidden}, or the key 'head_dim'");
        var size = json.Integer("head_dim", 2, ConfigLimits.Width, missing ?? hidden / heads);
        if ((long)size * heads > ConfigLimits.Width)
            throw json.Error($"heads of {size} elements times {heads} heads is more than the {ConfigLimits.Width} allowed");
        if (size % 2 == 0) return size;
        throw json.Error($"a head has {size} elements (head_dim, or hidden_size / num_attention_heads), but rotary positions need an even number");
    }
}
