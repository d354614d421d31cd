using System.Security.Cryptography;
using System.Text;

namespace Mimir.Models.Transformers;

/// <summary>
/// The one binary form of a <see cref="ModelLayout"/>, which model owner, Triple Service and parties exchange and whose SHA-256 they
/// compare. Canonical: equal layouts have equal bytes, and every accepted byte string is what <see cref="Write"/> gives for its layout.
/// </summary>
/// <remarks>
/// Little-endian. "MIMIRML3"; int32 hidden, layers, heads, kvHeads, headSize, intermediate, vocabulary, maxPositions; float64 epsilon;
/// float64 caps of scores and logits (0: none); byte activation; byte flags (1 gated, 2 centred, 4 parallel residual); int32 rotary tables, each:
/// float64 base, float64 scale, int32 pairs, float64 frequencies; int32 matrices, each: byte name length, ASCII
/// name, int32 rows, int32 columns, byte bias, byte use, byte public; then int32 ids: embedding, positions (−1: none), final norm
/// (−1: none), head, and per block qkv, output, up, down, head gains (−1: none), gains behind (−1: none), then its int32 window and rotary table; int32 adapters, each: int32 ids of base, down, up.
/// </remarks>
public static class ModelLayoutCodec
{
    /// <summary>No layout is longer.</summary>
    public const int MaxBytes = 4 << 20;

    /// <summary>What the binary form begins with: format and version.</summary>
    internal static ReadOnlySpan<byte> Magic => "MIMIRML3"u8;

    /// <summary>The binary form of <paramref name="layout"/>.</summary>
    /// <exception cref="ArgumentException">The layout contradicts itself or is out of bounds; says how.</exception>
    public static byte[] Write(ModelLayout layout)
    {
        if (ModelLayoutRules.FirstViolation(layout) is { } problem) throw new ArgumentException($"model layout: {problem}", nameof(layout));
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Magic);
        foreach (var number in (ReadOnlySpan<int>)[layout.HiddenSize, layout.Layers, layout.Heads, layout.KeyValueHeads, layout.HeadSize,
            layout.IntermediateSize, layout.VocabularySize, layout.MaxPositions]) writer.Write(number);
        writer.Write(layout.NormEpsilon);
        writer.Write(layout.AttentionCap);
        writer.Write(layout.LogitsCap);
        writer.Write((byte)layout.Activation);
        writer.Write((byte)((layout.GatedMlp ? 1 : 0) | (layout.Centered ? 2 : 0) | (layout.ParallelResidual ? 4 : 0)));
        writer.Write(layout.Rotaries.Count);
        foreach (var table in layout.Rotaries)
        {
            writer.Write(table.Base);
            writer.Write(table.Scale);
            writer.Write(table.Frequencies.Count);
            foreach (var frequency in table.Frequencies) writer.Write(frequency);
        }
        writer.Write(layout.Matrices.Count);
        foreach (var matrix in layout.Matrices)
        {
            writer.Write((byte)matrix.Name.Length);
            writer.Write(Encoding.ASCII.GetBytes(matrix.Name));
            writer.Write(matrix.Rows);
            writer.Write(matrix.Columns);
            writer.Write(matrix.HasBias);
            writer.Write((byte)matrix.Use);
            writer.Write(matrix.IsPublic);
        }
        foreach (var matrix in (ReadOnlySpan<SecretMatrix?>)[layout.Embedding, layout.Positions, layout.FinalNorm, layout.Head]) writer.Write(matrix?.Id ?? -1);
        foreach (var block in layout.Blocks)
        {
            foreach (var matrix in (ReadOnlySpan<SecretMatrix?>)[block.QueryKeyValue, block.Output, block.Up, block.Down, block.HeadGains, block.PostGains])
                writer.Write(matrix?.Id ?? -1);
            writer.Write(block.Attention.Window);
            writer.Write(block.Attention.Rotary);
        }
        writer.Write(layout.Adapters.Count);
        foreach (var adapter in layout.Adapters)
            foreach (var matrix in (ReadOnlySpan<SecretMatrix>)[adapter.Base, adapter.Down, adapter.Up]) writer.Write(matrix.Id);
        return stream.ToArray();
    }

    /// <summary>The layout in <paramref name="bytes"/>, from whomever they come: every field is checked.</summary>
    /// <exception cref="ModelFormatException">Anything that <see cref="Write"/> would not have written.</exception>
    public static ModelLayout Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes) throw Error($"{bytes.Length} bytes, more than the {MaxBytes} allowed");
        var layout = ModelLayoutReader.Read(bytes);
        return ModelLayoutRules.FirstViolation(layout) is { } problem ? throw Error(problem) : layout;
    }

    /// <summary>SHA-256 of the binary form, 32 bytes: two layouts are equal exactly when their digests are.</summary>
    /// <exception cref="ArgumentException">As <see cref="Write"/>.</exception>
    public static byte[] Digest(ModelLayout layout) => SHA256.HashData(Write(layout));

    /// <summary>An error about a layout that was received.</summary>
    internal static ModelFormatException Error(string problem) => new("model layout", problem);
}
