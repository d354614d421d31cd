using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Folding;

/// <summary>
/// Tensor names of GPT-NeoX, as recipes. Its query_key_value has query, key and value of one head after another. The buffers attention.bias,
/// attention.masked_bias and rotary_emb.inv_freq of old files are no weights, and are never asked for.
/// </summary>
internal static class GptNeoXRecipes
{
    /// <summary>One recipe per matrix of <paramref name="layout"/>, by id.</summary>
    public static MatrixRecipe[] Build(ModelConfig config, ModelLayout layout, WeightFiles files)
    {
        const string Prefix = "gpt_neox.";
        int hidden = config.HiddenSize, size = config.HeadSize;
        static RecipePart Linear(string name, int rows, bool bias = true) => new($"{name}.weight", bias ? $"{name}.bias" : null, rows);

        var recipes = new MatrixRecipe[layout.Matrices.Count];
        recipes[layout.Embedding.Id] = new(new RecipePart($"{Prefix}embed_in.weight", null, config.VocabularySize));
        for (var i = 0; i < layout.Layers; i++)
        {
            var (block, layer) = (layout.Blocks[i], $"{Prefix}layers.{i}");
            var fused = Linear($"{layer}.attention.query_key_value", size, config.AttentionBias) with { Of = 3 * hidden };
            recipes[block.QueryKeyValue.Id] = new([.. Enumerable.Range(0, 3).SelectMany(which => Enumerable.Range(0, config.Heads)
                .Select(head => fused with { First = (3 * head + which) * size }))])
            {
                Gain = $"{layer}.input_layernorm.weight",
                Shift = $"{layer}.input_layernorm.bias",
                ScaledRows = hidden,
                Scale = 1 / Math.Sqrt(size),
            };
            recipes[block.Output.Id] = new(Linear($"{layer}.attention.dense", hidden, config.AttentionBias)) { CenterOutput = true };
            recipes[block.Up.Id] = new(Linear($"{layer}.mlp.dense_h_to_4h", config.IntermediateSize))
            {
                Gain = $"{layer}.post_attention_layernorm.weight",
                Shift = $"{layer}.post_attention_layernorm.bias",
            };
            recipes[block.Down.Id] = new(Linear($"{layer}.mlp.dense_4h_to_h", hidden)) { CenterOutput = true };
        }
        var (gain, shift) = ($"{Prefix}final_layer_norm.weight", $"{Prefix}final_layer_norm.bias");
        if (layout.FinalNorm is { } rows)
            recipes[rows.Id] = new(new RecipePart(gain, null, 1, SourceOrder.Vector), new RecipePart(shift, null, 1, SourceOrder.Vector));
        else
            recipes[layout.Head.Id] = new(new RecipePart("embed_out.weight", null, config.VocabularySize)) { Gain = gain, Shift = shift };
        return recipes;
    }
}
