using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Masking;

/// <summary>
/// What the dealer holds of one model: the masks A, the check keys ρ and the MAC key α. It knows shapes and nothing about the weights:
/// E never comes here.
/// </summary>
public sealed class DealerModel : IDisposable
{
    private readonly AlignedMemory[] _masks;
    private readonly Dictionary<MatrixSlot, DealerTag> _tags = [];

    private DealerModel(ModelLayout layout, bool active)
    {
        (Layout, Active) = (layout, active);
        _masks = [.. layout.Matrices.Select(m => new AlignedMemory(m.IsPublic ? 0 : m.Rows * m.Stride))];
    }

    /// <summary>The public part of the model.</summary>
    public ModelLayout Layout { get; }

    /// <summary>MACs on.</summary>
    public bool Active { get; }

    /// <summary>What sessions on this model have left for the next ones.</summary>
    internal MemoryReserve Reserve { get; } = new();

    /// <summary>α.</summary>
    internal double Alpha { get; private set; }

    /// <summary>Elements the load section sends to the last party.</summary>
    public static long LoadElements(ModelLayout layout, bool active) => !active
        ? 0
        : MatrixSlot.All(layout).Sum(s => (long)s.Outputs + 2L * s.Inputs)
            + SecretRows(layout).Sum(m => (long)m.Rows * m.Width);

    /// <summary>
    /// Draws A, α and the tags, deals them, and returns the model and the keys of A, which are for the model owner only.
    /// </summary>
    public static async Task<(DealerModel Model, byte[][] MaskKeys)> DealAsync(
        ModelLayout layout, bool active, TapeSender tape, CancellationToken cancellation)
    {
        var model = new DealerModel(layout, active);
        var maskKeys = await tape.SendKeysOnlyAsync(TapeKind.WeightMask, cancellation);
        var generators = maskKeys.Select(k => WeightMask.Generator(k)).ToArray();
        foreach (var matrix in layout.Matrices.Where(m => !m.IsPublic)) WeightMask.AddAll(generators, matrix, model._masks[matrix.Id].Span);
        foreach (var generator in generators) generator.Dispose();

        using var writer = await tape.BeginAsync(TapeKind.Load, 0, 0, active, 0, cancellation);
        model.Alpha = writer.DrawAlpha();
        if (active)
        {
            foreach (var slot in MatrixSlot.All(layout)) model.DealTag(slot, writer);
            foreach (var matrix in SecretRows(layout)) model.DealRowMacs(matrix, writer);
        }
        await tape.EndAsync(writer, cancellation);
        return (model, maskKeys);
    }

    /// <summary>The tables of rows that carry MACs.</summary>
    internal static IEnumerable<SecretMatrix> SecretRows(ModelLayout layout) =>
        layout.Matrices.Where(m => m.Use.HasFlag(MatrixUse.Rows) && !m.IsPublic);

    /// <summary>A, rows × stride.</summary>
    internal ReadOnlySpan<double> Mask(SecretMatrix matrix) => _masks[matrix.Id].Span;

    internal DealerTag Tag(MatrixSlot slot) => _tags[slot];

    /// <summary>A·b (or Aᵀ·b) for several b at once: n × inputs → n × outputs.</summary>
    internal void Multiply(MatrixSlot slot, ReadOnlySpan<double> bs, int n, Span<double> products)
    {
        var m = slot.Matrix;
        if (slot.Transposed) FieldMatrix.MultiplyTransposedMatrix(Mask(m), m.Rows, m.Width, m.Stride, bs, n, products);
        else FieldMatrix.MultiplyMatrix(Mask(m), m.Rows, m.Width, m.Stride, bs, n, products);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var mask in _masks) mask.Dispose();
        Reserve.Dispose();
        foreach (var tag in _tags.Values) tag.Clear();
        Alpha = 0;
    }

    private void DealTag(MatrixSlot slot, TapeWriter writer)
    {
        var m = slot.Matrix;
        var rho = new double[slot.Outputs];
        writer.Uniform(rho);
        var w = new double[slot.Inputs];
        if (slot.Transposed) FieldMatrix.MultiplyVector(Mask(m), m.Rows, m.Width, m.Stride, rho, w);
        else FieldMatrix.MultiplyTransposedVector(Mask(m), m.Rows, m.Width, m.Stride, rho, w);
        writer.Raw(w);
        using var mask = new Secret(slot.Inputs);
        writer.Uniform(mask.Span);
        FieldVector.Add(w, mask.Span, w);
        _tags[slot] = new DealerTag(rho, w);
    }

    private void DealRowMacs(SecretMatrix matrix, TapeWriter writer)
    {
        using var mac = new Secret(matrix.Width);
        for (var row = 0; row < matrix.Rows; row++)
        {
            FieldVector.Scale(Mask(matrix).Slice(row * matrix.Stride, matrix.Width), Alpha, mac.Span);
            writer.Raw(mac.Span);
        }
    }
}
