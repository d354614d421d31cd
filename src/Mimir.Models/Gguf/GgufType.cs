namespace Mimir.Models.Gguf;

/// <summary>Element types of GGUF tensors that Mimir reads, by their numbers in the file.</summary>
/// <remarks>Source: ggml, include/ggml.h, enum ggml_type; block layouts: src/ggml-common.h.</remarks>
public enum GgufType
{
    /// <summary>IEEE single.</summary>
    F32 = 0,

    /// <summary>IEEE half.</summary>
    F16 = 1,

    /// <summary>32 elements: a half d, then 4 bits each; (q − 8)·d.</summary>
    Q40 = 2,

    /// <summary>32 elements: a half d, then a signed byte each; q·d.</summary>
    Q80 = 8,

    /// <summary>256 elements: halves d and m, 8 pairs of 6-bit scales and minima, 4 bits each; d·scale·q − m·minimum.</summary>
    Q4K = 12,

    /// <summary>256 elements: low 4 bits, high 2 bits, 16 signed scales, a half d; d·scale·(q − 32).</summary>
    Q6K = 14,

    /// <summary>The upper half of an IEEE single.</summary>
    BF16 = 30,
}

/// <summary>Sizes of <see cref="GgufType"/>.</summary>
public static class GgufTypes
{
    private static readonly string[] Names =
    [
        "F32", "F16", "Q4_0", "Q4_1", "4", "5", "Q5_0", "Q5_1", "Q8_0", "Q8_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_K", "IQ2_XXS", "IQ2_XS", "IQ3_XXS",
        "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "I8", "I16", "I32", "I64", "F64", "IQ1_M", "BF16",
    ];

    /// <summary>Elements that are stored together; a row is whole blocks.</summary>
    public static int BlockElements(this GgufType type) => type switch
    {
        GgufType.Q40 or GgufType.Q80 => 32,
        GgufType.Q4K or GgufType.Q6K => 256,
        _ => 1,
    };

    /// <summary>Bytes of a block.</summary>
    public static int BlockBytes(this GgufType type) => type switch
    {
        GgufType.F32 => 4,
        GgufType.F16 or GgufType.BF16 => 2,
        GgufType.Q40 => 2 + 16,
        GgufType.Q80 => 2 + 32,
        GgufType.Q4K => 2 + 2 + 12 + 128,
        GgufType.Q6K => 128 + 64 + 16 + 2,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a type that Mimir reads"),
    };

    /// <summary>The type with this number, or null when Mimir does not read it.</summary>
    public static GgufType? Find(uint number) => Enum.IsDefined((GgufType)Math.Min(number, int.MaxValue)) ? (GgufType)number : null;

    /// <summary>What people call the type with this number: "Q4_K".</summary>
    public static string NameOf(uint number) => number < Names.Length ? Names[number] : $"{number}";

    /// <summary>What people call it: "Q4_K".</summary>
    public static string Name(this GgufType type) => NameOf((uint)type);
}
