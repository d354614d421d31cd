namespace Mimir.Models.Transformers;

/// <summary>Which tensors of a layout are public, and which adapter belongs to which matrix.</summary>
public static class ModelLayoutVisibility
{
    /// <summary>The same layout with every tensor public, adapters excepted: those stay as they are.</summary>
    public static ModelLayout WithPublicWeights(this ModelLayout layout)
    {
        var adapting = layout.Adapters.SelectMany(a => (int[])[a.Down.Id, a.Up.Id]).ToHashSet();
        return layout.WithMatrices([.. layout.Matrices.Select(m => adapting.Contains(m.Id) ? m : m with { IsPublic = true })]);
    }

    /// <summary>Whether every tensor but the adapters' is public.</summary>
    public static bool HasPublicWeights(this ModelLayout layout) => layout.Embedding.IsPublic;

    /// <summary>The adapter of <paramref name="matrix"/>, or null.</summary>
    public static AdapterLayout? AdapterOf(this ModelLayout layout, SecretMatrix matrix)
    {
        for (var i = 0; i < layout.Adapters.Count; i++)
            if (layout.Adapters[i].Base.Id == matrix.Id) return layout.Adapters[i];
        return null;
    }

    /// <summary>The same layout over other descriptions of the same tensors, and perhaps more of them behind.</summary>
    public static ModelLayout WithMatrices(this ModelLayout layout, IReadOnlyList<SecretMatrix> matrices)
    {
        SecretMatrix Of(SecretMatrix matrix) => matrices[matrix.Id];
        SecretMatrix? Perhaps(SecretMatrix? matrix) => matrix is null ? null : Of(matrix);
        return layout with
        {
            Matrices = matrices,
            Embedding = Of(layout.Embedding),
            Positions = Perhaps(layout.Positions),
            FinalNorm = Perhaps(layout.FinalNorm),
            Head = Of(layout.Head),
            Blocks = [.. layout.Blocks.Select(b => new LayerLayout(Of(b.QueryKeyValue), Of(b.Output), Of(b.Up), Of(b.Down))
            {
                Attention = b.Attention,
                HeadGains = Perhaps(b.HeadGains),
                PostGains = Perhaps(b.PostGains),
            })],
            Adapters = [.. layout.Adapters.Select(a => new AdapterLayout(Of(a.Base), Of(a.Down), Of(a.Up)))],
        };
    }
}
