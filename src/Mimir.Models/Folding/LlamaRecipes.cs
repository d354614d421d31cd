using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Folding;

/// <summary>Tensor names of Llama, Mistral, Qwen 2 and 3 and SmolLM, with or without the prefix "model.", as recipes.</summary>
internal static class LlamaRecipes
{
    /// <summary>One recipe per matrix of <paramref name="layout"/>, by id.</summary>
    public static MatrixRecipe[] Build(ModelConfig config, ModelLayout layout, WeightFiles files) => Build(config, layout, files, out _);

    /// <summary>The same, and the prefix of the names.</summary>
    internal static MatrixRecipe[] Build(ModelConfig config, ModelLayout layout, WeightFiles files, out string prefix)
    {
        prefix = files.Contains("model.embed_tokens.weight") || !files.Contains("embed_tokens.weight") ? "model." : "";
        int query = config.Heads * config.HeadSize, keyValue = config.KeyValueHeads * config.HeadSize;
        int hidden = config.HiddenSize, inner = config.IntermediateSize;

        var scale = config.QueryScale ?? 1 / Math.Sqrt(config.HeadSize);

        RecipePart Attention(string name, int rows) => Linear(name, rows, config.AttentionBias);
        RecipePart Mlp(string name, int rows) => Linear(name, rows, config.MlpBias);
        static RecipePart Heads(string name, int times) => new(name, null, times, SourceOrder.Repeated);
        static RecipePart Linear(string name, int rows, bool bias) => new($"{name}.weight", bias ? $"{name}.bias" : null, rows);

        var recipes = new MatrixRecipe[layout.Matrices.Count];
        recipes[layout.Embedding.Id] = new(new RecipePart($"{prefix}embed_tokens.weight", null, config.VocabularySize));
        for (var i = 0; i < layout.Layers; i++)
        {
            var (block, layer) = (layout.Blocks[i], $"{prefix}layers.{i}");
            recipes[block.QueryKeyValue.Id] = new(
                Attention($"{layer}.self_attn.q_proj", query), Attention($"{layer}.self_attn.k_proj", keyValue), Attention($"{layer}.self_attn.v_proj", keyValue))
            {
                Gain = $"{layer}.input_layernorm.weight",
                ScaledRows = config.HeadNorms ? 0 : query,
                Scale = scale,
            };
            recipes[block.Output.Id] = new(Linear($"{layer}.self_attn.o_proj", hidden, config.OutputBias ?? config.AttentionBias));
            recipes[block.Up.Id] = new(Mlp($"{layer}.mlp.gate_proj", inner), Mlp($"{layer}.mlp.up_proj", inner))
            {
                Gain = $"{layer}.post_attention_layernorm.weight",
            };
            recipes[block.Down.Id] = new(Mlp($"{layer}.mlp.down_proj", hidden));
            if (block.HeadGains is { } gains)
                recipes[gains.Id] = new(
                    Heads($"{layer}.self_attn.q_norm.weight", config.Heads) with { Factor = scale }, Heads($"{layer}.self_attn.k_norm.weight", config.KeyValueHeads));
        }
        var norm = $"{prefix}norm.weight";
        if (layout.FinalNorm is { } rows) recipes[rows.Id] = new(new RecipePart(norm, null, 1, SourceOrder.Vector));
        else recipes[layout.Head.Id] = new(new RecipePart("lm_head.weight", null, config.VocabularySize)) { Gain = norm };
        return recipes;
    }
}
