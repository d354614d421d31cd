using Mimir.Models.Transformers;

namespace Mimir.Models.Folding;

/// <summary>
/// A model whose weights stay secret, with its adapter merged into them by their owner: W + B·A, folded. Costs nothing more than the model, and
/// nobody learns that there is an adapter.
/// </summary>
public sealed class MergedModel(FoldedModel model, AdaptedModel adapted) : IWeightSource
{
    /// <inheritdoc/>
    public ModelLayout Layout => model.Layout;

    /// <inheritdoc/>
    public void Read(SecretMatrix matrix, Span<double> destination)
    {
        model.Read(matrix, destination);
        if (adapted.Layout.AdapterOf(matrix) is not { Down: var down, Up: var up }) return;
        double[] a = new double[down.Rows * down.Width], b = new double[up.Rows * up.Width];
        adapted.Read(down, a);
        adapted.Read(up, b);
        for (var row = 0; row < matrix.Rows; row++)
            for (var r = 0; r < down.Rows; r++)
                // The last column, if any, is the bias of both.
                for (var column = 0; column < down.Width; column++)
                    destination[row * matrix.Width + column] += b[row * up.Width + r] * a[r * down.Width + column];
        Array.Clear(a);
        Array.Clear(b);
    }
}
