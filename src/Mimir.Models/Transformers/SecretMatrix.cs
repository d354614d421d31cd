namespace Mimir.Models.Transformers;

/// <summary>How a secret tensor is used, which decides how it is masked and which check tags it carries.</summary>
[Flags]
public enum MatrixUse
{
    /// <summary>z = W·x; every element masked once, outputs checked by a Freivalds tag of length rows.</summary>
    Product = 1,

    /// <summary>z = Wᵀ·onehot: rows fetched by secret index; checked by a Freivalds tag of length columns.</summary>
    Lookup = 2,

    /// <summary>Rows fetched by public index; every element authenticated (small tables only: positions, final gain).</summary>
    Rows = 4,
}

/// <summary>
/// The public description of one tensor of a folded model. The numbers themselves are only with the model owner, unless the tensor
/// is marked public: then all parties hold them in the clear.
/// </summary>
/// <param name="Id">Position in <see cref="ModelLayout.Matrices"/>.</param>
/// <param name="Name">For people: "layers.3.qkv".</param>
/// <param name="Rows">m, outputs of a product.</param>
/// <param name="Columns">k, inputs of a product, without the bias.</param>
/// <param name="HasBias">A bias is stored as one more column, which always meets the constant one.</param>
/// <param name="Use">See <see cref="MatrixUse"/>.</param>
public sealed record SecretMatrix(int Id, string Name, int Rows, int Columns, bool HasBias, MatrixUse Use)
{
    /// <summary>Known to all parties (and never to the dealer, who needs shapes only); secret when false.</summary>
    public bool IsPublic { get; init; }

    /// <summary>Columns including the bias.</summary>
    public int Width => Columns + (HasBias ? 1 : 0);

    /// <summary>Doubles from one row to the next: <see cref="Width"/> rounded up to whole 64-byte vectors, the rest zero.</summary>
    public int Stride => (Width + 7) & ~7;
}
