using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Gadgets;

namespace Mimir.Spdz.Masking;

/// <summary>
/// The masks A of a model's weights. [A]_i is expanded from party i's key, A = Σ[A]_i: nothing needs to be sent, and whoever holds all
/// N keys (the dealer and the model owner) knows A. Padding columns are zero.
/// </summary>
public static class WeightMask
{
    private const ulong Stream = 4;

    /// <summary>One row of [A]_i, under party i's key: width elements.</summary>
    public static void Expand(Prg prg, SecretMatrix matrix, int row, Span<double> destination) =>
        prg.Fill(((ulong)matrix.Id << 40) + (ulong)(row * matrix.Stride), destination);

    /// <summary>The generator of party i's part.</summary>
    public static Prg Generator(ReadOnlySpan<byte> key) => new(key, Stream);

    /// <summary>A = Σ[A]_i, row by row added to <paramref name="destination"/> (rows × stride).</summary>
    public static void AddAll(IReadOnlyList<Prg> parties, SecretMatrix matrix, Span<double> destination)
    {
        using var part = new Secret(matrix.Width);
        for (var row = 0; row < matrix.Rows; row++)
        {
            var line = destination.Slice(row * matrix.Stride, matrix.Width);
            foreach (var prg in parties)
            {
                Expand(prg, matrix, row, part.Span);
                FieldVector.Add(line, part.Span, line);
            }
        }
    }
}
