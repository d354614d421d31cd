using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Folding;

/// <summary>
/// The model owner's weights, folded by the rules of <see cref="ModelFolding"/>. All tensor names and shapes are checked when it is
/// opened; numbers are read and folded, in float64, when a matrix is asked for. Reading is thread-safe.
/// </summary>
public sealed class FoldedModel : IWeightSource, IDisposable
{
    private readonly WeightFiles _files;
    private readonly MatrixRecipe[] _recipes;

    /// <summary>Takes over <paramref name="files"/>, which belong to <paramref name="config"/>.</summary>
    /// <exception cref="ModelFormatException">A tensor is missing or has another shape than the configuration asks for.</exception>
    public FoldedModel(ModelConfig config, WeightFiles files)
    {
        _files = files;
        Layout = ModelFolding.LayoutOf(config);
        _recipes = Architecture.Of(config.Family).Recipes(config, Layout, files);
        foreach (var matrix in Layout.Matrices)
        {
            if ((long)matrix.Rows * matrix.Width > Array.MaxLength)
                throw new ModelFormatException(files.Directory, $"matrix {matrix.Name} of {matrix.Rows} x {matrix.Width} is too large for this version of Mimir");
            RecipeReader.Require(_recipes[matrix.Id], matrix, files);
        }
    }

    /// <inheritdoc/>
    public ModelLayout Layout { get; }

    /// <summary>The files that recipes refer to.</summary>
    internal WeightFiles Files => _files;

    /// <summary>How a matrix was folded.</summary>
    internal MatrixRecipe RecipeOf(SecretMatrix matrix) => _recipes[matrix.Id];

    /// <inheritdoc/>
    /// <exception cref="ModelFormatException">A weight is not a finite number, or a file cannot be read.</exception>
    /// <exception cref="ArgumentException">The matrix is not of this model, or the destination has another size.</exception>
    public void Read(SecretMatrix matrix, Span<double> destination)
    {
        if (matrix.Id < 0 || matrix.Id >= _recipes.Length || Layout.Matrices[matrix.Id] != matrix)
            throw new ArgumentException($"{matrix.Name} is not a matrix of this model", nameof(matrix));
        if (destination.Length != matrix.Rows * matrix.Width)
            throw new ArgumentException($"{matrix.Name} is {matrix.Rows} x {matrix.Width}, the destination has {destination.Length} elements", nameof(destination));
        RecipeReader.Read(_recipes[matrix.Id], matrix, _files, destination);
    }

    /// <summary>Closes the weight files.</summary>
    public void Dispose() => _files.Dispose();
}
