using System.Buffers.Binary;

namespace Mimir.Models.Files;

/// <summary>Little-endian floating-point bytes to doubles; exact for all four source types.</summary>
internal static class TensorConversion
{
    /// <summary>Converts destination.Length elements; false when <paramref name="type"/> is not a floating-point type of weights.</summary>
    public static bool ToDouble(TensorType type, ReadOnlySpan<byte> bytes, Span<double> destination)
    {
        switch (type)
        {
            case TensorType.F64:
                for (var i = 0; i < destination.Length; i++) destination[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.Slice(8 * i));
                return true;
            case TensorType.F32:
                for (var i = 0; i < destination.Length; i++) destination[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.Slice(4 * i));
                return true;
            case TensorType.F16:
                for (var i = 0; i < destination.Length; i++) destination[i] = (double)BinaryPrimitives.ReadHalfLittleEndian(bytes.Slice(2 * i));
                return true;
            case TensorType.BF16:
                for (var i = 0; i < destination.Length; i++)
                    destination[i] = BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(bytes.Slice(2 * i)) << 16);
                return true;
            default:
                return false;
        }
    }
}
