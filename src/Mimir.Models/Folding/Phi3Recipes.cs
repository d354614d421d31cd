using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Folding;

/// <summary>Tensor names of Phi-3, as recipes: Llama's, with queries, keys and values in one tensor, and gate and up in another, stacked as Mimir stacks them.</summary>
internal static class Phi3Recipes
{
    /// <summary>One recipe per matrix of <paramref name="layout"/>, by id.</summary>
    public static MatrixRecipe[] Build(ModelConfig config, ModelLayout layout, WeightFiles files)
    {
        var recipes = LlamaRecipes.Build(config, layout, files, out var prefix);
        foreach (var (block, layer) in layout.Blocks.Select((b, i) => (b, $"{prefix}layers.{i}")))
        {
            recipes[block.QueryKeyValue.Id] = recipes[block.QueryKeyValue.Id] with
            {
                Parts = [new RecipePart($"{layer}.self_attn.qkv_proj.weight", config.AttentionBias ? $"{layer}.self_attn.qkv_proj.bias" : null, block.QueryKeyValue.Rows)],
            };
            recipes[block.Up.Id] = recipes[block.Up.Id] with { Parts = [new RecipePart($"{layer}.mlp.gate_up_proj.weight", null, block.Up.Rows)] };
        }
        return recipes;
    }
}
