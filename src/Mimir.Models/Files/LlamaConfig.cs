namespace Mimir.Models.Files;

/// <summary>config.json of LlamaForCausalLM, and of MistralForCausalLM without a sliding window. Defaults are those of Hugging Face.</summary>
internal static class LlamaConfig
{
    public static ModelConfig Parse(JsonFields json)
    {
        var heads = json.Integer("num_attention_heads", 1, ConfigLimits.Heads);
        var hidden = json.Integer("hidden_size", 1, ConfigLimits.Width);
        var keyValueHeads = json.Integer("num_key_value_heads", 1, ConfigLimits.Heads, heads);
        if (heads % keyValueHeads != 0)
            throw json.Error("num_key_value_heads", json.Require("num_key_value_heads"), $"a divisor of num_attention_heads, {heads}");
        var positions = json.Integer("max_position_embeddings", 1, ConfigLimits.Count, 2048);
        RequireFullAttention(json, positions);
        return new ModelConfig
        {
            Family = ModelFamily.Llama,
            HiddenSize = hidden,
            IntermediateSize = json.Integer("intermediate_size", 1, ConfigLimits.Width),
            Layers = json.Integer("num_hidden_layers", 1, ConfigLimits.Layers),
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadSize = HeadSize(json, hidden, heads),
            VocabularySize = json.Integer("vocab_size", 1, ConfigLimits.Count),
            MaxPositions = positions,
            NormEpsilon = json.Number("rms_norm_eps", 1e-12, 1, 1e-6),
            Activation = ConfigLimits.Activation(json, "hidden_act", "silu"),
            RotaryBase = RotaryBase(json),
            TiedEmbeddings = json.Flag("tie_word_embeddings", false),
            AttentionBias = json.Flag("attention_bias", false),
            MlpBias = json.Flag("mlp_bias", false),
            BosTokenId = ConfigLimits.BosId(json),
            EosTokenIds = ConfigLimits.EosIds(json),
        };
    }

    private static int HeadSize(JsonFields json, int hidden, int heads)
    {
        if (json.Find("head_dim") is null && hidden % heads != 0)
            throw json.Error("num_attention_heads", json.Require("num_attention_heads"), $"a divisor of hidden_size, {hidden}, or the key 'head_dim'");
        var size = json.Integer("head_dim", 2, ConfigLimits.Width, hidden / heads);
        if ((long)size * heads > ConfigLimits.Width)
            throw json.Error($"heads of {size} elements times {heads} heads is more than the {ConfigLimits.Width} allowed");
        if (size % 2 == 0) return size;
        throw json.Error($"a head has {size} elements (head_dim, or hidden_size / num_attention_heads), but rotary positions need an even number");
    }

    private static double RotaryBase(JsonFields json)
    {
        // transformers 5 writes both into rope_parameters; earlier versions write rope_theta beside rope_scaling.
        foreach (var key in (string[])["rope_scaling", "rope_parameters"])
        {
            var scaling = json.Object(key);
            if (scaling is not null && (scaling.Text("rope_type") ?? scaling.Text("type") ?? "default") != "default")
                throw json.Error(key, scaling.Json, "no scaling of rotary positions (null or rope_type 'default')");
        }
        if (json.Find("partial_rotary_factor") is { } partial && json.Number("partial_rotary_factor", 0, 1) < 1)
            throw json.Error("partial_rotary_factor", partial, "1 (whole heads are rotated)");
        var theta = json.Object("rope_parameters") is { } parameters && parameters.Find("rope_theta") is not null ? parameters : json;
        return theta.Number("rope_theta", 1, 1e12, 10000);
    }

    private static void RequireFullAttention(JsonFields json, int positions)
    {
        if (json.Find("sliding_window") is { } window && json.Flag("use_sliding_window", true)
            && json.Integer("sliding_window", 0, int.MaxValue) < positions)
            throw json.Error("sliding_window", window, $"null, or at least max_position_embeddings ({positions}): attention over the whole context");
    }
}
