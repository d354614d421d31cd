namespace Mimir.Models.Folding;

/// <summary>How a source tensor lies in its file.</summary>
internal enum SourceOrder
{
    /// <summary>rows × columns, row-major, as in a linear layer.</summary>
    RowMajor,

    /// <summary>columns × rows, row-major, as in GPT-2's Conv1D: its shape is [inputs, outputs].</summary>
    Transposed,

    /// <summary>One vector that becomes one row.</summary>
    Vector,

    /// <summary>One vector as often as the part has rows, side by side in the one row that such parts share.</summary>
    Repeated,
}

/// <summary>One source tensor and the rows it fills.</summary>
/// <param name="Weight">Tensor name.</param>
/// <param name="Bias">Tensor name of its bias (one element per row), or null.</param>
/// <param name="Rows">Rows of the folded matrix that it fills.</param>
/// <param name="Order">How it lies in the file.</param>
internal sealed record RecipePart(string Weight, string? Bias, int Rows, SourceOrder Order = SourceOrder.RowMajor)
{
    /// <summary>First row of the tensor that is taken.</summary>
    public int First { get; init; }

    /// <summary>Rows of the tensor; 0: those taken are all.</summary>
    public int Of { get; init; }

    /// <summary>Added to every weight as it is read.</summary>
    public double Offset { get; init; }

    /// <summary>Multiplies every weight after that.</summary>
    public double Factor { get; init; } = 1;
}

/// <summary>How one folded matrix is made from tensors of the file; the rules are in <see cref="ModelFolding"/>.</summary>
/// <param name="Parts">Stacked from top to bottom; rows below them are zero.</param>
internal sealed record MatrixRecipe(params IReadOnlyList<RecipePart> Parts)
{
    /// <summary>Norm gain γ (one element per column) folded into the columns, or null.</summary>
    public string? Gain { get; init; }

    /// <summary>Added to every element of the gain as it is read.</summary>
    public double GainOffset { get; init; }

    /// <summary>Norm bias β (one element per column) folded into the bias, or null.</summary>
    public string? Shift { get; init; }

    /// <summary>The first rows, which carry the factor <see cref="Scale"/>: the queries.</summary>
    public int ScaledRows { get; init; }

    /// <summary>1/sqrt(headSize).</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Remove the mean over the rows from every column and from the bias: the output has mean zero whatever the input.</summary>
    public bool CenterOutput { get; init; }

    /// <summary>Remove its mean from every row: the rows are themselves written to the residual stream.</summary>
    public bool CenterRows { get; init; }
}
