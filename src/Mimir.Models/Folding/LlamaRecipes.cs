using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Folding;

/// <summary>Tensor names of the Llama family, with or without the prefix "model.", as recipes.</summary>
internal static class LlamaRecipes
{
    /// <summary>One recipe per matrix of <paramref name="layout"/>, by id.</summary>
    public static MatrixRecipe[] Build(ModelConfig config, ModelLayout layout, WeightFiles files)
    {
        var prefix = files.Contains("model.embed_tokens.weight") || !files.Contains("embed_tokens.weight") ? "model." : "";
        int query = config.Heads * config.HeadSize, keyValue = config.KeyValueHeads * config.HeadSize;
        int hidden = config.HiddenSize, inner = config.IntermediateSize;

        RecipePart Attention(string name, int rows) => Linear(name, rows, config.AttentionBias);
        RecipePart Mlp(string name, int rows) => Linear(name, rows, config.MlpBias);
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
                ScaledRows = query,
                Scale = 1 / Math.Sqrt(config.HeadSize),
            };
            recipes[block.Output.Id] = new(Attention($"{layer}.self_attn.o_proj", hidden));
            recipes[block.Up.Id] = new(Mlp($"{layer}.mlp.gate_proj", inner), Mlp($"{layer}.mlp.up_proj", inner))
            {
                Gain = $"{layer}.post_attention_layernorm.weight",
            };
            recipes[block.Down.Id] = new(Mlp($"{layer}.mlp.down_proj", hidden));
        }
        var norm = $"{prefix}norm.weight";
        if (layout.FinalNorm is { } rows) recipes[rows.Id] = new(new RecipePart(norm, null, 1, SourceOrder.Vector));
        else recipes[layout.Head.Id] = new(new RecipePart("lm_head.weight", null, config.VocabularySize)) { Gain = norm };
        return recipes;
    }
}
