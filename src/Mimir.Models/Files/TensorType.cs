namespace Mimir.Models.Files;

/// <summary>Element types of the safetensors format, by their names in the header.</summary>
public enum TensorType
{
    /// <summary>IEEE double.</summary>
    F64,

    /// <summary>IEEE single.</summary>
    F32,

    /// <summary>IEEE half.</summary>
    F16,

    /// <summary>The upper half of an IEEE single.</summary>
    BF16,

    /// <summary>8 bits: 5 exponent, 2 mantissa. Skipped, never read as weights.</summary>
    F8E5M2,

    /// <summary>8 bits: 4 exponent, 3 mantissa. Skipped, never read as weights.</summary>
    F8E4M3,

    /// <summary>Signed 64-bit integer. Skipped, never read as weights.</summary>
    I64,

    /// <summary>Unsigned 64-bit integer. Skipped, never read as weights.</summary>
    U64,

    /// <summary>Signed 32-bit integer. Skipped, never read as weights.</summary>
    I32,

    /// <summary>Unsigned 32-bit integer. Skipped, never read as weights.</summary>
    U32,

    /// <summary>Signed 16-bit integer. Skipped, never read as weights.</summary>
    I16,

    /// <summary>Unsigned 16-bit integer. Skipped, never read as weights.</summary>
    U16,

    /// <summary>Signed byte. Skipped, never read as weights.</summary>
    I8,

    /// <summary>Byte. Skipped, never read as weights.</summary>
    U8,

    /// <summary>One byte, 0 or 1. Skipped, never read as weights.</summary>
    BOOL,
}
