using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Transformers;

namespace Mimir.Models.Shapes;

/// <summary>
/// Random folded weights of a given shape, for measuring. Standard deviations are those of an untrained GPT-2: 0.02, and
/// 0.02/sqrt(2·layers) for what writes to the residual stream, so that activations have realistic sizes. Norm gains are one.
/// Every matrix has its own stream, so matrices may be read in any order. Reading is thread-safe.
/// </summary>
public sealed class RandomModel : IWeightSource
{
    private const double Deviation = 0.02;
    private readonly ulong _seed;
    private readonly double[] _deviations;

    /// <summary>The weights that <paramref name="seed"/> determines.</summary>
    public RandomModel(ModelConfig config, ulong seed)
    {
        (_seed, Layout) = (seed, ModelFolding.LayoutOf(config));
        _deviations = new double[Layout.Matrices.Count];
        Array.Fill(_deviations, Deviation);
        foreach (var block in Layout.Blocks)
            _deviations[block.Output.Id] = _deviations[block.Down.Id] = Deviation / Math.Sqrt(2.0 * Layout.Layers);
    }

    /// <inheritdoc/>
    public ModelLayout Layout { get; }

    /// <inheritdoc/>
    public void Read(SecretMatrix matrix, Span<double> destination)
    {
        if (destination.Length != (long)matrix.Rows * matrix.Width)
            throw new ArgumentException($"{matrix.Name} is {matrix.Rows} x {matrix.Width}, the destination has {destination.Length} elements", nameof(destination));
        if (IsGain(matrix, destination)) return;
        var start = new SplitMix64(unchecked(_seed ^ ((ulong)matrix.Id << 40)));
        var stream = new SplitMix64(start.Next());
        var deviation = _deviations[matrix.Id];
        foreach (ref var weight in destination) weight = stream.NextNormal() * deviation;
        foreach (var block in Layout.Blocks)
            if (block.QueryKeyValue == matrix && block.HeadGains is null) ScaleQueries(matrix, destination);
    }

    /// <summary>Gains are one: of a final norm (whose bias is zero), of heads (queries' with their factor), and behind attention and MLP.</summary>
    private bool IsGain(SecretMatrix matrix, Span<double> destination)
    {
        if (matrix.Use != MatrixUse.Rows || matrix == Layout.Positions) return false;
        destination.Fill(1);
        if (matrix == Layout.FinalNorm) destination[matrix.Width..].Clear();
        foreach (var block in Layout.Blocks)
            if (block.HeadGains == matrix) destination[..(Layout.Heads * Layout.HeadSize)].Fill(1 / Math.Sqrt(Layout.HeadSize));
        return true;
    }

    private void ScaleQueries(SecretMatrix matrix, Span<double> destination)
    {
        var scale = 1 / Math.Sqrt(Layout.HeadSize);
        foreach (ref var weight in destination[..(Layout.Heads * Layout.HeadSize * matrix.Width)]) weight *= scale;
    }
}
