namespace Mimir.Models.Files;

/// <summary>One tensor of a safetensors file: where it lies and what it holds.</summary>
/// <param name="Name">As in the header.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Dimensions, row-major; empty for a scalar.</param>
/// <param name="Begin">First byte in the file.</param>
/// <param name="Bytes">Length in bytes, equal to elements × element size.</param>
public sealed record TensorInfo(string Name, TensorType Type, IReadOnlyList<long> Shape, long Begin, long Bytes)
{
    /// <summary>Bytes of one element.</summary>
    public int ElementSize => SizeOf(Type);

    /// <summary>Product of the dimensions.</summary>
    public long Elements => Bytes / ElementSize;

    /// <summary>"[64, 172]".</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";

    /// <summary>The type called <paramref name="name"/> in a header, or null for a name that the format does not know.</summary>
    public static TensorType? TypeOf(string name) => name switch
    {
        "F8_E5M2" => TensorType.F8E5M2,
        "F8_E4M3" => TensorType.F8E4M3,
        _ => Enum.TryParse<TensorType>(name, out var type) && type.ToString() == name && !name.StartsWith("F8", StringComparison.Ordinal) ? type : null,
    };

    /// <summary>Bytes of one element of <paramref name="type"/>.</summary>
    public static int SizeOf(TensorType type) => type switch
    {
        TensorType.F64 or TensorType.I64 or TensorType.U64 => 8,
        TensorType.F32 or TensorType.I32 or TensorType.U32 => 4,
        TensorType.F16 or TensorType.BF16 or TensorType.I16 or TensorType.U16 => 2,
        _ => 1,
    };
}
