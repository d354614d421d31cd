using Mimir.Models.Transformers;
using Mimir.Spdz.Programs;

namespace Mimir.Spdz.Timing;

/// <summary>An arithmetic that tells a clock which part each operation is; local operations count as what came before them.</summary>
public sealed class TimedArithmetic<T>(ISessionArithmetic<T> inner, StepClock clock) : ISessionArithmetic<T>
{
    /// <inheritdoc/>
    public int Length(T x) => inner.Length(x);

    /// <inheritdoc/>
    public T Add(T x, T y) => inner.Add(x, y);

    /// <inheritdoc/>
    public T Subtract(T x, T y) => inner.Subtract(x, y);

    /// <inheritdoc/>
    public T Slice(T x, int start, int length) => inner.Slice(x, start, length);

    /// <inheritdoc/>
    public T Concat(T x, T y) => inner.Concat(x, y);

    /// <inheritdoc/>
    public T Row(SecretMatrix table, int row) => inner.Row(table, row);

    /// <inheritdoc/>
    public T Input(int number) => inner.Input(number);

    /// <inheritdoc/>
    public T AddInteger(T x, int s) => inner.AddInteger(x, s);

    /// <inheritdoc/>
    public ValueTask<T> LookupAsync(SecretMatrix table, T index) => In(StepPart.Embedding).LookupAsync(table, index);

    /// <inheritdoc/>
    public ValueTask<T> LinearAsync(SecretMatrix w, T x) => In(StepPart.MatrixProduct).LinearAsync(w, x);

    /// <inheritdoc/>
    public ValueTask<T> MultiplyAsync(T x, T y) => In(StepPart.Multiplication).MultiplyAsync(x, y);

    /// <inheritdoc/>
    public ValueTask<T> MultiplyIntegersAsync(T x, T y) => In(StepPart.Multiplication).MultiplyIntegersAsync(x, y);

    /// <inheritdoc/>
    public ValueTask<T> FeedForwardAsync(LayerLayout block, T x) => In(StepPart.FeedForward).FeedForwardAsync(block, x);

    /// <inheritdoc/>
    public ValueTask<T> AttendAsync(int layer, T query, T key, T value) => In(StepPart.Attention).AttendAsync(layer, query, key, value);

    /// <inheritdoc/>
    public ValueTask StoreAsync(int layer, T key, T value) => In(StepPart.Attention).StoreAsync(layer, key, value);

    /// <inheritdoc/>
    public ValueTask<T> NormalizeAsync(T x, double epsilon, int rows = 1) => In(StepPart.Norm).NormalizeAsync(x, epsilon, rows);

    /// <inheritdoc/>
    public ValueTask<T> CapAsync(T x, double cap) => In(StepPart.Sampling).CapAsync(x, cap);

    /// <inheritdoc/>
    public ValueTask<T> CenterAsync(T x) => In(StepPart.Norm).CenterAsync(x);

    /// <inheritdoc/>
    public ValueTask<T> RotateAsync(T x, RotaryTable table, int position) => In(StepPart.Multiplication).RotateAsync(x, table, position);

    /// <inheritdoc/>
    public ValueTask<T> SampleAsync(T logits, int count, double temperature, int topK = 0) => In(StepPart.Sampling).SampleAsync(logits, count, temperature, topK);

    /// <inheritdoc/>
    public ValueTask OutputAsync(int number, T value) => In(StepPart.Check).OutputAsync(number, value);

    /// <inheritdoc/>
    public ValueTask OutputLogitsAsync(int number, T logits) => In(StepPart.Check).OutputLogitsAsync(number, logits);

    private ISessionArithmetic<T> In(StepPart part)
    {
        clock.Enter(part);
        return inner;
    }
}
