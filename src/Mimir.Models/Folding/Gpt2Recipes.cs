using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Folding;

/// <summary>
/// Tensor names of GPT-2, with or without the prefix "transformer.", as recipes. Its Conv1D weights are [inputs, outputs].
/// The buffers attn.bias and attn.masked_bias of old files are causal masks, not weights, and are never asked for.
/// </summary>
internal static class Gpt2Recipes
{
    /// <summary>One recipe per matrix of <paramref name="layout"/>, by id.</summary>
    public static MatrixRecipe[] Build(ModelConfig config, ModelLayout layout, WeightFiles files)
    {
        var prefix = files.Contains("transformer.wte.weight") || !files.Contains("wte.weight") ? "transformer." : "";
        int hidden = config.HiddenSize, inner = config.IntermediateSize;
        static RecipePart Conv(string name, int rows) => new($"{name}.weight", $"{name}.bias", rows, SourceOrder.Transposed);

        var recipes = new MatrixRecipe[layout.Matrices.Count];
        recipes[layout.Embedding.Id] = new(new RecipePart($"{prefix}wte.weight", null, config.VocabularySize));
        recipes[layout.Positions!.Id] = new(new RecipePart($"{prefix}wpe.weight", null, config.MaxPositions)) { CenterRows = true };
        for (var i = 0; i < layout.Layers; i++)
        {
            var (block, layer) = (layout.Blocks[i], $"{prefix}h.{i}");
            recipes[block.QueryKeyValue.Id] = new(Conv($"{layer}.attn.c_attn", 3 * hidden))
            {
                Gain = $"{layer}.ln_1.weight",
                Shift = $"{layer}.ln_1.bias",
                ScaledRows = hidden,
                Scale = 1 / Math.Sqrt(config.HeadSize),
            };
            recipes[block.Output.Id] = new(Conv($"{layer}.attn.c_proj", hidden)) { CenterOutput = true };
            recipes[block.Up.Id] = new(Conv($"{layer}.mlp.c_fc", inner)) { Gain = $"{layer}.ln_2.weight", Shift = $"{layer}.ln_2.bias" };
            recipes[block.Down.Id] = new(Conv($"{layer}.mlp.c_proj", hidden)) { CenterOutput = true };
        }
        var (gain, shift) = ($"{prefix}ln_f.weight", $"{prefix}ln_f.bias");
        if (layout.FinalNorm is { } rows)
            recipes[rows.Id] = new(new RecipePart(gain, null, 1, SourceOrder.Vector), new RecipePart(shift, null, 1, SourceOrder.Vector));
        else
            recipes[layout.Head.Id] = new(new RecipePart("lm_head.weight", null, config.VocabularySize)) { Gain = gain, Shift = shift };
        return recipes;
    }
}
