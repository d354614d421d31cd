using System.Runtime.InteropServices;
using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Gadgets;

namespace Mimir.Spdz.Masking;

/// <summary>
/// The model owner's part: E = W − A, streamed to the parties and to nobody else. E is uniform to whoever lacks A; the Triple Service,
/// which knows A, must never receive it. Public tensors go as they are (<see cref="PublicMatrix"/>).
/// </summary>
public static class MaskedWeights
{
    /// <summary>
    /// Encodes every tensor of <paramref name="source"/> at <paramref name="fractionBits"/>, subtracts A (all parties'
    /// <paramref name="keys"/>) and writes rows × stride doubles to every stream, matrix by matrix.
    /// </summary>
    public static async Task SendAsync(
        IWeightSource source, IReadOnlyList<byte[]> keys, int fractionBits, IReadOnlyList<Stream> parties, IProgress<double>? progress,
        CancellationToken cancellation)
    {
        var generators = keys.Select(k => WeightMask.Generator(k)).ToArray();
        long done = 0, total = source.Layout.Parameters;
        using var weightMemory = new AlignedMemory(source.Layout.Matrices.Max(m => m.Rows * m.Width));
        using var maskedMemory = new AlignedMemory(source.Layout.Matrices.Where(m => !m.IsPublic).Select(m => m.Rows * m.Stride).DefaultIfEmpty().Max());
        var bytes = new byte[1 << 20];
        foreach (var matrix in source.Layout.Matrices)
        {
            var weights = weightMemory.Memory[..(matrix.Rows * matrix.Width)];
            source.Read(matrix, weights.Span);
            if (matrix.IsPublic) await PublicMatrix.SendAsync(matrix, weights, fractionBits, parties, cancellation);
            else await SendMaskedAsync(matrix, weights);
            done += (long)matrix.Rows * matrix.Width;
            progress?.Report((double)done / total);
        }
        foreach (var party in parties) await party.FlushAsync(cancellation);
        foreach (var generator in generators) generator.Dispose();

        async Task SendMaskedAsync(SecretMatrix matrix, Memory<double> weights)
        {
            var masked = maskedMemory.Memory[..(matrix.Rows * matrix.Stride)];
            masked.Span.Clear();
            Mask(weights.Span, matrix, generators, fractionBits, masked.Span);
            for (var at = 0; at < masked.Length; at += bytes.Length / sizeof(double))
            {
                var count = Math.Min(bytes.Length / sizeof(double), masked.Length - at);
                MemoryMarshal.AsBytes(masked.Span.Slice(at, count)).CopyTo(bytes);
                foreach (var party in parties) await party.WriteAsync(bytes.AsMemory(0, count * sizeof(double)), cancellation);
            }
        }
    }

    /// <summary>Bytes that each party receives for <paramref name="matrix"/>.</summary>
    public static long WireBytes(SecretMatrix matrix) =>
        matrix.IsPublic ? PublicMatrix.WireBytes(matrix) : (long)matrix.Rows * matrix.Stride * sizeof(double);

    private static void Mask(ReadOnlySpan<double> weights, SecretMatrix matrix, Prg[] generators, int fractionBits, Span<double> masked)
    {
        WeightMask.AddAll(generators, matrix, masked);
        using var encoded = new Secret(matrix.Width);
        for (var row = 0; row < matrix.Rows; row++)
        {
            FieldVector.Encode(weights.Slice(row * matrix.Width, matrix.Width), fractionBits, encoded.Span);
            var line = masked.Slice(row * matrix.Stride, matrix.Width);
            FieldVector.Subtract(encoded.Span, line, line);
        }
    }
}
