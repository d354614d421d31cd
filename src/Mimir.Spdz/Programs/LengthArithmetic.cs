using Mimir.Models.Transformers;

namespace Mimir.Spdz.Programs;

/// <summary>
/// Walks a program knowing lengths only; what happens at each operation is the subclass's: dealing (<see cref="DealerArithmetic"/>) or
/// counting (<see cref="CostArithmetic"/>). Shapes are checked here, so a wrong program fails before anything runs.
/// </summary>
public abstract class LengthArithmetic(ModelLayout model) : ISessionArithmetic<int>
{
    /// <summary>Positions in the cache, the current one included; set before each step.</summary>
    public int Cached { get; set; }

    /// <summary>The model's public part.</summary>
    protected ModelLayout Model => model;

    /// <summary>heads × headSize.</summary>
    protected int QueryLength => model.Heads * model.HeadSize;

    /// <inheritdoc/>
    public int Length(int x) => x;

    /// <inheritdoc/>
    public int Add(int x, int y) => Same(x, y);

    /// <inheritdoc/>
    public int Subtract(int x, int y) => Same(x, y);

    /// <inheritdoc/>
    public int Slice(int x, int start, int length) =>
        start >= 0 && length >= 0 && start + length <= x ? length : throw new ArgumentException($"slice {start}+{length} of {x} elements");

    /// <inheritdoc/>
    public int Concat(int x, int y) => x + y;

    /// <inheritdoc/>
    public int Row(SecretMatrix table, int row) =>
        row >= 0 && row < table.Rows ? table.Width : throw new ArgumentException($"row {row} of {table.Name}, which has {table.Rows}");

    /// <inheritdoc/>
    public int Input(int number) => 1;

    /// <inheritdoc/>
    public int AddInteger(int x, int s) => x;

    /// <inheritdoc/>
    public abstract ValueTask<int> LookupAsync(SecretMatrix table, int index);

    /// <inheritdoc/>
    public abstract ValueTask<int> LinearAsync(SecretMatrix w, int x);

    /// <inheritdoc/>
    public abstract ValueTask<int> MultiplyAsync(int x, int y);

    /// <inheritdoc/>
    public abstract ValueTask<int> MultiplyIntegersAsync(int x, int y);

    /// <inheritdoc/>
    public abstract ValueTask<int> FeedForwardAsync(LayerLayout block, int x);

    /// <inheritdoc/>
    public abstract ValueTask<int> NormalizeAsync(int x, double epsilon, int rows = 1);

    /// <inheritdoc/>
    public abstract ValueTask<int> CapAsync(int x, double cap);

    /// <inheritdoc/>
    public abstract ValueTask<int> CenterAsync(int x);

    /// <inheritdoc/>
    public abstract ValueTask<int> RotateAsync(int x, RotaryTable table, int position);

    /// <inheritdoc/>
    public abstract ValueTask<int> AttendAsync(int layer, int query, int key, int value);

    /// <inheritdoc/>
    public abstract ValueTask StoreAsync(int layer, int key, int value);

    /// <inheritdoc/>
    public abstract ValueTask<int> SampleAsync(int logits, int count, double temperature, int topK = 0);

    /// <inheritdoc/>
    public abstract ValueTask OutputAsync(int number, int value);

    /// <inheritdoc/>
    public abstract ValueTask OutputLogitsAsync(int number, int logits);

    /// <summary>Both lengths, which must agree.</summary>
    protected static int Same(int x, int y) => x == y ? x : throw new ArgumentException($"shapes differ: {x} and {y} elements");
}
