using Mimir.Models.Shapes;
using Mimir.Models.Transformers;

namespace Mimir.Spdz.Tests.Simulation;

/// <summary>A tiny model with random rank-3 adapters at its query-key-value and last MLP matrices; every adapter's A has a bias.</summary>
internal sealed class TinyAdapter : IWeightSource
{
    private const int Rank = 3;
    private readonly IWeightSource _model;

    public TinyAdapter(IWeightSource model)
    {
        _model = model;
        var matrices = model.Layout.Matrices.ToList();
        var adapters = new List<AdapterLayout>();
        foreach (var block in model.Layout.Blocks)
            foreach (var adapted in (SecretMatrix[])[block.QueryKeyValue, block.Down])
            {
                var down = new SecretMatrix(matrices.Count, $"{adapted.Name}.down", Rank, adapted.Columns, true, MatrixUse.Product);
                var up = new SecretMatrix(matrices.Count + 1, $"{adapted.Name}.up", adapted.Rows, Rank, false, MatrixUse.Product);
                matrices.AddRange([down, up]);
                adapters.Add(new AdapterLayout(adapted, down, up));
            }
        Layout = model.Layout with { Matrices = matrices, Adapters = adapters };
    }

    public ModelLayout Layout { get; }

    public void Read(SecretMatrix matrix, Span<double> destination)
    {
        if (matrix.Id < _model.Layout.Matrices.Count)
        {
            _model.Read(_model.Layout.Matrices[matrix.Id], destination);
            return;
        }
        var stream = new SplitMix64((ulong)matrix.Id);
        foreach (ref var weight in destination) weight = 0.5 * stream.NextNormal() / Math.Sqrt(matrix.Columns);
    }
}
