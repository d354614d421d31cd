using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Folding;

/// <summary>The public result of adding a LoRA adapter to a folded model: two secret matrices behind every adapted one.</summary>
public static class AdapterFolding
{
    /// <summary>
    /// <paramref name="layout"/>, which a model of <paramref name="config"/>'s shape folds to, with the adapter's matrices: A with rank × (adapted
    /// layers of the matrix) rows and B as wide. Where a LayerNorm stands before the matrix its bias makes one of A's: B·(A·(γ∘n + β)).
    /// </summary>
    /// <exception cref="ModelFormatException">The adapter names a layer that Mimir does not adapt.</exception>
    public static ModelLayout LayoutOf(ModelConfig config, ModelLayout layout, AdapterConfig adapter)
    {
        var matrices = layout.Matrices.ToList();
        var afterNorm = layout.Blocks.SelectMany(b => (int[])[b.QueryKeyValue.Id, b.Up.Id]).ToHashSet();
        var adapters = new List<AdapterLayout>();
        foreach (var (matrix, modules) in AdapterTarget.Of(config, layout, adapter))
        {
            var rank = adapter.Rank * modules.Count;
            var bias = layout.Centered && afterNorm.Contains(matrix.Id);
            var down = new SecretMatrix(matrices.Count, $"{matrix.Name}.adapter_down", rank, matrix.Columns, bias, MatrixUse.Product);
            var up = new SecretMatrix(matrices.Count + 1, $"{matrix.Name}.adapter_up", matrix.Rows, rank, false, MatrixUse.Product);
            matrices.AddRange([down, up]);
            adapters.Add(new AdapterLayout(matrix, down, up));
        }
        return layout with { Matrices = matrices, Adapters = adapters };
    }
}
