using Mimir.Models.Transformers;

namespace Mimir.Models.Files;

/// <summary>config.json of GPTNeoXForCausalLM, Pythia included. Defaults are those of Hugging Face.</summary>
internal static class GptNeoXConfig
{
    public static ModelConfig Parse(JsonFields json)
    {
        var hidden = json.Integer("hidden_size", 1, ConfigLimits.Width / 4);
        var heads = json.Integer("num_attention_heads", 1, ConfigLimits.Heads);
        if (hidden % heads != 0) throw json.Error("num_attention_heads", json.Require("num_attention_heads"), $"a divisor of hidden_size, {hidden}");
        var positions = json.Integer("max_position_embeddings", 1, ConfigLimits.Count, 2048);
        var (table, context) = RotaryConfig.Parse(json, hidden / heads, positions, 10000, "rotary_emb_base", json.Number("rotary_pct", 0, 1, 0.25), null);
        var bias = json.Flag("attention_bias", true);
        return new ModelConfig
        {
            Family = ModelFamily.GptNeoX,
            HiddenSize = hidden,
            IntermediateSize = json.Integer("intermediate_size", 1, ConfigLimits.Width),
            Layers = json.Integer("num_hidden_layers", 1, ConfigLimits.Layers),
            Heads = heads,
            KeyValueHeads = heads,
            HeadSize = hidden / heads,
            VocabularySize = json.Integer("vocab_size", 1, ConfigLimits.Count),
            MaxPositions = context,
            NormEpsilon = json.Number("layer_norm_eps", 1e-12, 1, 1e-5),
            Activation = ConfigLimits.Activation(json, "hidden_act", "gelu"),
            RotaryBase = table.Base,
            Rotaries = [table],
            ParallelResidual = json.Flag("use_parallel_residual", true),
            TiedEmbeddings = json.Flag("tie_word_embeddings", false),
            AttentionBias = bias,
            MlpBias = true,
            BosTokenId = ConfigLimits.BosId(json),
            EosTokenIds = ConfigLimits.EosIds(json),
        };
    }
}
