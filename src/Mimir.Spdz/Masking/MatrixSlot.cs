using Mimir.Models.Transformers;

namespace Mimir.Spdz.Masking;

/// <summary>One way in which one matrix is multiplied: W·x, or (lookup) Wᵀ·onehot.</summary>
/// <param name="Matrix">The matrix.</param>
/// <param name="Transposed">Lookup: inputs are rows, outputs columns.</param>
public readonly record struct MatrixSlot(SecretMatrix Matrix, bool Transposed)
{
    /// <summary>k, elements of the input and so of b and d. The bias of a public matrix is no column of it.</summary>
    public int Inputs => Transposed ? Matrix.Rows : Matrix.IsPublic ? Matrix.Columns : Matrix.Width;

    /// <summary>m, elements of the output and so of ρ and R.</summary>
    public int Outputs => Transposed ? Matrix.Width : Matrix.Rows;

    /// <summary>All slots of a model's secret matrices: those for which something is dealt. In the order of every tape: by matrix, product before lookup.</summary>
    public static IReadOnlyList<MatrixSlot> All(ModelLayout layout)
    {
        var slots = new List<MatrixSlot>();
        foreach (var matrix in layout.Matrices)
        {
            if (matrix.IsPublic) continue;
            if (matrix.Use.HasFlag(MatrixUse.Product)) slots.Add(new(matrix, false));
            if (matrix.Use.HasFlag(MatrixUse.Lookup)) slots.Add(new(matrix, true));
        }
        return slots;
    }
}
