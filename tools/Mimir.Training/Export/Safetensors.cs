using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mimir.Training.Export;

/// <summary>
/// F16 tensors in the safetensors format: 8 bytes of header length, a JSON header padded with spaces to 8 bytes, then the data, all
/// little-endian.
/// </summary>
internal static class Safetensors
{
    /// <summary>Writes tensors in the given order, each value rounded to the nearest half.</summary>
    public static void Write(string path, IEnumerable<(string Name, long[] Size, float[] Values)> tensors)
    {
        var header = new JsonObject { ["__metadata__"] = new JsonObject { ["format"] = "pt" } };
        using var data = new MemoryStream();
        Span<byte> half = stackalloc byte[2];
        foreach ((string name, long[] size, float[] values) in tensors)
        {
            long begin = data.Length;
            foreach (float value in values)
            {
                BinaryPrimitives.WriteHalfLittleEndian(half, (Half)value);
                data.Write(half);
            }

            header[name] = new JsonObject
            {
                ["dtype"] = "F16",
                ["shape"] = new JsonArray([.. size.Select(s => JsonValue.Create(s))]),
                ["data_offsets"] = new JsonArray(begin, data.Length),
            };
        }

        byte[] json = Encoding.UTF8.GetBytes(header.ToJsonString());
        byte[] padded = [.. json, .. Enumerable.Repeat((byte)' ', (8 - (json.Length % 8)) % 8)];
        using FileStream file = File.Create(path);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)padded.Length);
        file.Write(length);
        file.Write(padded);
        data.WriteTo(file);
    }

    /// <summary>Reads all F16 tensors of a file.</summary>
    public static Dictionary<string, float[]> Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int data = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        using JsonDocument header = JsonDocument.Parse(file.AsMemory(8, data - 8));
        var tensors = new Dictionary<string, float[]>(StringComparer.Ordinal);
        foreach (JsonProperty entry in header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
        {
            JsonElement offsets = entry.Value.GetProperty("data_offsets");
            ReadOnlySpan<byte> bytes = file.AsSpan((data + offsets[0].GetInt32())..(data + offsets[1].GetInt32()));
            var values = new float[bytes.Length / 2];
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]);
            tensors[entry.Name] = values;
        }

        return tensors;
    }
}
