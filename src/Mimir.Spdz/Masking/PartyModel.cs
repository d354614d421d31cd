using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Opening;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Masking;

/// <summary>
/// What one party holds of one model: E (the same for all parties), [W]_i = [A]_i + δ_{i0}·E, its check tags and its share of the MAC key.
/// Both are uniform and independent of the weights unless all parties and the dealer pool what they have. Public tensors it holds in the clear.
/// </summary>
public sealed class PartyModel : IMatrixProducts, IDisposable
{
    private readonly AlignedMemory?[] _masked;
    private readonly PackedMatrix?[] _share;
    private readonly Dictionary<MatrixSlot, CheckTag> _tags = [];
    private readonly Dictionary<int, (double[] Value, double[] Mac)> _rows = [];
    private readonly Dictionary<int, PublicMatrix> _public = [];

    private PartyModel(ModelLayout layout, int index, int count, bool active, double alpha)
    {
        (Layout, Index, Count, Active, Alpha) = (layout, index, count, active, alpha);
        _masked = new AlignedMemory?[layout.Matrices.Count];
        _share = new PackedMatrix?[layout.Matrices.Count];
    }

    /// <summary>The public part of the model.</summary>
    public ModelLayout Layout { get; }

    /// <summary>This party's number.</summary>
    public int Index { get; }

    /// <summary>N.</summary>
    public int Count { get; }

    /// <summary>What sessions on this model have left for the next ones.</summary>
    internal MemoryReserve Reserve { get; } = new();

    /// <summary>MACs on.</summary>
    public bool Active { get; }

    internal double Alpha { get; }

    /// <summary>
    /// Receives the model: keys and tags from the dealer's <paramref name="tape"/>, E from the model owner's <paramref name="owner"/> stream;
    /// then opens the masked tags E_u and checks them, and that all parties got the same E. A few rounds, Σ inputs elements sent.
    /// </summary>
    public static async Task<PartyModel> LoadAsync(
        ModelLayout layout, bool active, IMesh mesh, TapeReceiver tape, Stream owner, CancellationToken cancellation)
    {
        using var memory = new SessionMemory();
        var maskKey = await tape.ReadAsync(TapeKind.WeightMask, 0, 0, default, memory, cancellation);
        var load = await tape.ReadAsync(TapeKind.Load, 0, 0, new SectionSize(mesh.Index == mesh.Count - 1 ? DealerModel.LoadElements(layout, active) : 0), memory, cancellation);
        var workspace = new Workspace(memory);
        var anonymous = new Party(mesh.Index, mesh.Count, active, 0, workspace);
        double alpha;
        using (var reader = new TapeReader(anonymous, workspace, load)) alpha = reader.UniformRaw(1).Span[0];

        var model = new PartyModel(layout, mesh.Index, mesh.Count, active, alpha);
        var party = new Party(mesh.Index, mesh.Count, active, alpha, workspace);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var generator = WeightMask.Generator(maskKey.Key))
            foreach (var matrix in layout.Matrices)
            {
                if (matrix.IsPublic) model._public[matrix.Id] = await PublicMatrix.ReceiveAsync(matrix, owner, hash, cancellation);
                else await model.ReceiveAsync(matrix, generator, owner, hash, cancellation);
            }

        using var opener = new Opener(party, mesh, HmacDrbg.FromSystem());
        opener.RequireAgreement(hash.GetHashAndReset());
        using (var reader = new TapeReader(party, workspace, load))
        {
            reader.UniformRaw(1);
            if (active) await model.ReadTagsAsync(party, opener, reader, cancellation);
            model.ReadRows(reader);
        }
        await opener.CheckAsync(0, cancellation);
        return model;
    }

    /// <summary>The numbers of a public tensor.</summary>
    internal PublicMatrix Public(SecretMatrix matrix) => _public[matrix.Id];

    /// <summary>
    /// [W]_i·d (or [W]_iᵀ·d) for <paramref name="n"/> vectors at once: n × inputs → n × outputs; of a public matrix W·x, where values and MACs
    /// are vectors alike.
    /// </summary>
    public void Multiply(MatrixSlot slot, ReadOnlySpan<double> ds, int n, Span<double> products)
    {
        var m = slot.Matrix;
        if (m.IsPublic)
        {
            Public(m).Multiply(slot, ds, n, products);
            return;
        }
        var share = _share[m.Id]!;
        if (slot.Transposed) share.MultiplyTransposed(ds, n, products);
        else share.Multiply(ds, n, products);
    }

    /// <summary>E·b (or Eᵀ·b) for <paramref name="n"/> vectors at once, of a secret matrix: n × inputs → n × outputs.</summary>
    internal void MultiplyMasked(MatrixSlot slot, ReadOnlySpan<double> bs, int n, Span<double> products)
    {
        var m = slot.Matrix;
        if (slot.Transposed) FieldMatrix.MultiplyTransposedMatrix(Masked(m), m.Rows, m.Width, m.Stride, bs, n, products);
        else FieldMatrix.MultiplyMatrix(Masked(m), m.Rows, m.Width, m.Stride, bs, n, products);
    }

    internal CheckTag Tag(MatrixSlot slot) => _tags[slot];

    /// <summary>⟦W⟧ of one row of an authenticated table.</summary>
    internal Share Row(Party party, SecretMatrix matrix, int row)
    {
        if (matrix.IsPublic) return party.Constant(Public(matrix).Row(row));
        var (value, mac) = _rows[matrix.Id];
        return new Share(party, value.AsMemory(row * matrix.Width, matrix.Width), Active ? mac.AsMemory(row * matrix.Width, matrix.Width) : default);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var memory in _masked) memory?.Dispose();
        foreach (var memory in _share) memory?.Dispose();
        foreach (var matrix in _public.Values) matrix.Dispose();
        Reserve.Dispose();
        foreach (var tag in _tags.Values) tag.Clear();
        foreach (var (value, mac) in _rows.Values)
        {
            Array.Clear(value);
            Array.Clear(mac);
        }
    }

    private async Task ReceiveAsync(SecretMatrix matrix, Prg generator, Stream owner, IncrementalHash hash, CancellationToken cancellation)
    {
        var masked = _masked[matrix.Id] = new AlignedMemory(matrix.Rows * matrix.Stride);
        var bytes = new byte[1 << 20];
        for (var at = 0; at < masked.Length;)
        {
            var count = Math.Min(bytes.Length / sizeof(double), masked.Length - at);
            await PublicMatrix.ReadAsync(matrix, owner, bytes.AsMemory(0, count * sizeof(double)), hash, cancellation);
            MemoryMarshal.Cast<byte, double>(bytes.AsSpan(0, count * sizeof(double))).CopyTo(masked.Span.Slice(at, count));
            if (!FieldVector.IsCanonical(masked.Span.Slice(at, count)))
                throw new MalformedMessageException($"the model owner sent something that is no field element in {matrix.Name}");
            at += count;
        }
        var share = _share[matrix.Id] = new PackedMatrix(matrix.Rows, matrix.Width);
        var part = new double[matrix.Width];
        for (var row = 0; row < matrix.Rows; row++)
        {
            WeightMask.Expand(generator, matrix, row, part);
            if (Index == 0) FieldVector.Add(part, MaskedRow(matrix, row), part);
            share.SetRow(row, part);
        }
        Array.Clear(part);
    }

    /// <summary>E, rows × stride.</summary>
    private ReadOnlySpan<double> Masked(SecretMatrix matrix) => _masked[matrix.Id]!.Span;

    private ReadOnlySpan<double> MaskedRow(SecretMatrix matrix, int row) => Masked(matrix).Slice(row * matrix.Stride, matrix.Width);

    private async Task ReadTagsAsync(Party party, Opener opener, TapeReader reader, CancellationToken cancellation)
    {
        foreach (var slot in MatrixSlot.All(Layout))
        {
            var rho = reader.Uniform(slot.Outputs);
            var w = reader.Raw(slot.Inputs);
            var mask = reader.Uniform(slot.Inputs);
            var u = party.Rent(slot.Inputs);
            MultiplyTag(slot, rho.Value.Span, u.Value.Span);
            MultiplyTag(slot, rho.Mac.Span, u.Mac.Span);
            var opened = await opener.OpenAsync(u - mask, cancellation);
            var weightTag = new double[slot.Inputs];
            FieldVector.Add(u.Value.Span, w.Span, weightTag);
            _tags[slot] = new CheckTag(rho.Value.ToArray(), weightTag, opened.Values.ToArray());
        }
    }

    /// <summary>u = ρᵀE in the slot's orientation.</summary>
    private void MultiplyTag(MatrixSlot slot, ReadOnlySpan<double> rho, Span<double> u)
    {
        var m = slot.Matrix;
        if (slot.Transposed) FieldMatrix.MultiplyVector(Masked(m), m.Rows, m.Width, m.Stride, rho, u);
        else FieldMatrix.MultiplyTransposedVector(Masked(m), m.Rows, m.Width, m.Stride, rho, u);
    }

    /// <summary>⟦W⟧ = E + ⟦A⟧ for the small tables: value [W]_i, MAC α_i·E + [αA]_i.</summary>
    private void ReadRows(TapeReader reader)
    {
        foreach (var matrix in DealerModel.SecretRows(Layout))
        {
            var value = new double[matrix.Rows * matrix.Width];
            var mac = Active ? reader.Raw(value.Length).ToArray() : [];
            for (var row = 0; row < matrix.Rows; row++)
            {
                _share[matrix.Id]!.GetRow(row, value.AsSpan(row * matrix.Width, matrix.Width));
                if (Active) FieldVector.ScaleAdd(MaskedRow(matrix, row), Alpha, mac.AsSpan(row * matrix.Width, matrix.Width));
            }
            _rows[matrix.Id] = (value, mac);
        }
    }
}
