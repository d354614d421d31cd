namespace Mimir.Models.Gguf;

/// <summary>One tensor of a GGUF file.</summary>
/// <param name="Name">As in the file: "blk.0.attn_q.weight".</param>
/// <param name="Type">How its elements are stored.</param>
/// <param name="Shape">Dimensions, slowest first, as in a safetensors file (GGUF itself lists the fastest first).</param>
/// <param name="Begin">First byte in the file.</param>
/// <param name="Bytes">Length.</param>
public sealed record GgufTensor(string Name, GgufType Type, IReadOnlyList<long> Shape, long Begin, long Bytes)
{
    /// <summary>Elements of one row, the fastest dimension.</summary>
    public long Columns => Shape.Count == 0 ? 1 : Shape[^1];

    /// <summary>Rows, all other dimensions together.</summary>
    public long Rows => Columns == 0 ? 0 : Elements / Columns;

    /// <summary>Product of the dimensions.</summary>
    public long Elements => Bytes / Type.BlockBytes() * Type.BlockElements();

    /// <summary>Bytes of one row.</summary>
    public long RowBytes => Columns / Type.BlockElements() * Type.BlockBytes();

    /// <summary>"[64, 172]".</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";
}
