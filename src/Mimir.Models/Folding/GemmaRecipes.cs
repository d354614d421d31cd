using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Folding;

/// <summary>
/// Tensor names of Gemma 2 and 3, as recipes: Llama's, but for the norms, whose gains are stored less one, and the embeddings, which carry their factor from
/// here on. Where they are the head too the final norm's gain is divided by it: W·(γ∘n) = (c·W)·(γ/c∘n).
/// </summary>
internal static class GemmaRecipes
{
    /// <summary>One recipe per matrix of <paramref name="layout"/>, by id.</summary>
    public static MatrixRecipe[] Build(ModelConfig config, ModelLayout layout, WeightFiles files)
    {
        var recipes = LlamaRecipes.Build(config, layout, files, out var prefix);
        foreach (var (block, layer) in layout.Blocks.Select((b, i) => (b, $"{prefix}layers.{i}")))
        {
            recipes[block.QueryKeyValue.Id] = recipes[block.QueryKeyValue.Id] with { GainOffset = 1 };
            recipes[block.Up.Id] = recipes[block.Up.Id] with { Gain = $"{layer}.pre_feedforward_layernorm.weight", GainOffset = 1 };
            recipes[block.PostGains!.Id] = new(Gain($"{layer}.post_attention_layernorm.weight"), Gain($"{layer}.post_feedforward_layernorm.weight"));
            if (block.HeadGains is { } gains) recipes[gains.Id] = new([.. recipes[gains.Id].Parts.Select(part => part with { Offset = 1 })]);
        }
        var embedding = recipes[layout.Embedding.Id].Parts[0];
        recipes[layout.Embedding.Id] = new(embedding with { Factor = config.EmbeddingScale });
        if (layout.FinalNorm is { } norm) recipes[norm.Id] = new(Gain($"{prefix}norm.weight") with { Factor = 1 / config.EmbeddingScale });
        else recipes[layout.Head.Id] = recipes[layout.Head.Id] with { GainOffset = 1 };
        return recipes;
    }

    private static RecipePart Gain(string name) => new(name, null, 1, SourceOrder.Vector) { Offset = 1 };
}
