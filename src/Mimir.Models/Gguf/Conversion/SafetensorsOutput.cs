using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Mimir.Models.Files;

namespace Mimir.Models.Gguf.Conversion;

/// <summary>A tensor to be written.</summary>
/// <param name="Name">In the file.</param>
/// <param name="Type">F32, F16 or BF16.</param>
/// <param name="Shape">Row-major.</param>
internal sealed record TensorOutput(string Name, TensorType Type, IReadOnlyList<long> Shape)
{
    /// <summary>Length in bytes.</summary>
    public long Bytes => Shape.Aggregate((long)TensorInfo.SizeOf(Type), (bytes, dimension) => checked(bytes * dimension));
}

/// <summary>Writes a safetensors file front to back: the header of all tensors, then their numbers in order.</summary>
/// <remarks>Format: https://github.com/huggingface/safetensors (README, "Format").</remarks>
internal static class SafetensorsOutput
{
    private const int Alignment = 8, ChunkElements = 1 << 18;

    /// <summary>Writes the header.</summary>
    public static void WriteHeader(Stream stream, IEnumerable<TensorOutput> tensors)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("__metadata__");
            writer.WriteString("format", "pt");
            writer.WriteEndObject();
            var offset = 0L;
            foreach (var tensor in tensors)
            {
                writer.WriteStartObject(tensor.Name);
                writer.WriteString("dtype", tensor.Type.ToString());
                writer.WriteStartArray("shape");
                foreach (var dimension in tensor.Shape) writer.WriteNumberValue(dimension);
                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(offset);
                writer.WriteNumberValue(offset = checked(offset + tensor.Bytes));
                writer.WriteEndArray();
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        // Readers that map the file want the numbers aligned; the format allows spaces at the header's end.
        while (json.Length % Alignment != 0) json.WriteByte((byte)' ');
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        stream.Write(length);
        json.WriteTo(stream);
    }

    /// <summary>Writes numbers as <paramref name="type"/>; exact when they came from such.</summary>
    public static void Write(Stream stream, TensorType type, ReadOnlySpan<float> values)
    {
        var size = TensorInfo.SizeOf(type);
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkElements * size);
        try
        {
            for (; values.Length > 0; values = values[Math.Min(ChunkElements, values.Length)..])
            {
                var part = values[..Math.Min(ChunkElements, values.Length)];
                var bytes = buffer.AsSpan(0, part.Length * size);
                for (var i = 0; i < part.Length; i++)
                {
                    if (type == TensorType.F32) BinaryPrimitives.WriteSingleLittleEndian(bytes[(4 * i)..], part[i]);
                    else if (type == TensorType.F16) BinaryPrimitives.WriteHalfLittleEndian(bytes[(2 * i)..], (Half)part[i]);
                    else BinaryPrimitives.WriteUInt16LittleEndian(bytes[(2 * i)..], (ushort)(BitConverter.SingleToUInt32Bits(part[i]) >> 16));
                }
                stream.Write(bytes);
            }
        }
        finally
        {
            // Weights may be secret: nothing of them stays in the pool.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}
