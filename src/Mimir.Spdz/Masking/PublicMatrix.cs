using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Masking;

/// <summary>
/// A public tensor as every party holds it: weights of products and look-ups in 16 bits (<see cref="RoundedMatrix"/>), the bias and tables
/// of rows as field elements with f fraction bits. The model owner rounds once; the parties compare hashes of what they received.
/// On the wire: per row the shift (a byte) and the 16-bit weights, then the biases; or the table of rows; little-endian.
/// </summary>
internal sealed class PublicMatrix : IDisposable
{
    private const int ChunkBytes = 1 << 20;
    private readonly SecretMatrix _matrix;
    private readonly RoundedMatrix? _weights;
    private readonly double[] _constants;
    private readonly byte[] _shifts;

    private PublicMatrix(SecretMatrix matrix)
    {
        _matrix = matrix;
        if (!IsTable(matrix)) _weights = new RoundedMatrix(matrix.Rows, matrix.Columns);
        _constants = new double[ConstantsOf(matrix)];
        _shifts = new byte[matrix.Rows];
    }

    /// <summary>The bias, one element per row, or empty.</summary>
    public Opened Bias => new(_weights is null ? default(ReadOnlyMemory<double>) : _constants);

    /// <summary>One row of a table.</summary>
    public Opened Row(int row) => new Opened(_constants).Slice(row * _matrix.Width, _matrix.Width);

    /// <summary>2^f·W's row <paramref name="row"/>, n·2^shift, as integers.</summary>
    public void Integers(int row, Span<long> destination)
    {
        var rounded = _weights!.Row(row);
        for (var i = 0; i < rounded.Length; i++) destination[i] = (long)rounded[i] << _shifts[row];
    }

    /// <summary>2^f·W·d (or transposed) for n vectors, without the bias: n × inputs → n × outputs.</summary>
    public void Multiply(MatrixSlot slot, ReadOnlySpan<double> ds, int n, Span<double> products)
    {
        if (slot.Transposed) _weights!.MultiplyTransposed(ds, n, products);
        else _weights!.Multiply(ds, n, products);
    }

    /// <summary>The model owner's half. <paramref name="weights"/>: rows × width.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A weight does not fit the fixed-point range.</exception>
    public static async Task SendAsync(
        SecretMatrix matrix, ReadOnlyMemory<double> weights, int fractionBits, IReadOnlyList<Stream> parties, CancellationToken cancellation)
    {
        var record = RecordBytes(matrix);
        var bytes = new byte[Math.Max(1, ChunkBytes / record) * record];
        for (var row = 0; !IsTable(matrix) && row < matrix.Rows;)
        {
            var at = 0;
            for (; row < matrix.Rows && at < bytes.Length; row++, at += record)
            {
                var rounded = MemoryMarshal.Cast<byte, short>(bytes.AsSpan(at + 1, record - 1));
                bytes[at] = (byte)RoundedMatrix.RoundRow(weights.Span.Slice(row * matrix.Width, matrix.Columns), fractionBits, rounded);
            }
            foreach (var party in parties) await party.WriteAsync(bytes.AsMemory(0, at), cancellation);
        }
        var constants = new double[ConstantsOf(matrix)];
        if (constants.Length == 0) return;
        if (IsTable(matrix)) FieldVector.Encode(weights.Span, fractionBits, constants);
        else for (var row = 0; row < constants.Length; row++) constants[row] = Field.Encode(weights.Span[row * matrix.Width + matrix.Columns], fractionBits);
        foreach (var party in parties) await party.WriteAsync(MemoryMarshal.AsBytes(constants.AsSpan()).ToArray(), cancellation);
    }

    /// <summary>The party's half; everything received goes into <paramref name="hash"/>, on which the parties then agree.</summary>
    public static async Task<PublicMatrix> ReceiveAsync(SecretMatrix matrix, Stream owner, IncrementalHash hash, CancellationToken cancellation)
    {
        var result = new PublicMatrix(matrix);
        var record = RecordBytes(matrix);
        var bytes = new byte[Math.Max(1, ChunkBytes / record) * record];
        for (var row = 0; result._weights is not null && row < matrix.Rows;)
        {
            var count = Math.Min(bytes.Length / record, matrix.Rows - row);
            await ReadAsync(matrix, owner, bytes.AsMemory(0, count * record), hash, cancellation);
            for (var i = 0; i < count; i++, row++) result.Fill(row, bytes.AsSpan(i * record, record));
        }
        var constants = new byte[result._constants.Length * sizeof(double)];
        await ReadAsync(matrix, owner, constants, hash, cancellation);
        constants.CopyTo(MemoryMarshal.AsBytes(result._constants.AsSpan()));
        if (!FieldVector.IsCanonical(result._constants))
            throw new MalformedMessageException($"the model owner sent something that is no field element in {matrix.Name}");
        return result;
    }

    /// <summary>The next bytes of the model.</summary>
    public static async Task ReadAsync(SecretMatrix matrix, Stream owner, Memory<byte> bytes, IncrementalHash hash, CancellationToken cancellation)
    {
        try { await owner.ReadExactlyAsync(bytes, cancellation); }
        catch (EndOfStreamException e) { throw new PeerLostException($"the model owner stopped sending the model at {matrix.Name}", e); }
        hash.AppendData(bytes.Span);
    }

    /// <summary>Bytes that the model owner sends for <paramref name="matrix"/>.</summary>
    public static long WireBytes(SecretMatrix matrix) =>
        (IsTable(matrix) ? 0 : (long)matrix.Rows * RecordBytes(matrix)) + (long)ConstantsOf(matrix) * sizeof(double);

    /// <inheritdoc/>
    public void Dispose() => _weights?.Dispose();

    private void Fill(int row, ReadOnlySpan<byte> record)
    {
        if (record[0] > RoundedMatrix.MaximumShift)
            throw new MalformedMessageException($"the model owner sent a row with the shift {record[0]} in {_matrix.Name}");
        _weights!.SetShift(row, _shifts[row] = record[0]);
        MemoryMarshal.Cast<byte, short>(record[1..]).CopyTo(_weights.Row(row));
    }

    private static bool IsTable(SecretMatrix matrix) => matrix.Use == MatrixUse.Rows;

    private static int ConstantsOf(SecretMatrix matrix) => IsTable(matrix) ? matrix.Rows * matrix.Width : matrix.HasBias ? matrix.Rows : 0;

    private static int RecordBytes(SecretMatrix matrix) => 1 + matrix.Columns * sizeof(short);
}
