using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Mimir.Models.Tests.TestModels;

/// <summary>Writes small safetensors files; also deliberately wrong ones, from a raw header.</summary>
public sealed class SafetensorsWriter
{
    private readonly List<(string Name, string Type, int[] Shape, byte[] Data)> _tensors = [];

    public SafetensorsWriter AddSingle(string name, int[] shape, double[] values) =>
        Add(name, "F32", shape, values, 4, (value, to) => BinaryPrimitives.WriteSingleLittleEndian(to, (float)value));

    public SafetensorsWriter AddHalf(string name, int[] shape, double[] values) =>
        Add(name, "F16", shape, values, 2, (value, to) => BinaryPrimitives.WriteHalfLittleEndian(to, (Half)value));

    public SafetensorsWriter AddBrain(string name, int[] shape, double[] values) =>
        Add(name, "BF16", shape, values, 2, (value, to) => BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16)));

    public SafetensorsWriter AddDouble(string name, int[] shape, double[] values) =>
        Add(name, "F64", shape, values, 8, (value, to) => BinaryPrimitives.WriteDoubleLittleEndian(to, value));

    public SafetensorsWriter AddBytes(string name, string type, int[] shape, byte[] data)
    {
        _tensors.Add((name, type, shape, data));
        return this;
    }

    public byte[] ToBytes()
    {
        var offset = 0;
        var entries = _tensors.Select(t =>
        {
            var entry = $"{JsonSerializer.Serialize(t.Name)}:{{\"dtype\":\"{t.Type}\",\"shape\":[{string.Join(',', t.Shape)}],\"data_offsets\":[{offset},{offset + t.Data.Length}]}}";
            offset += t.Data.Length;
            return entry;
        });
        return Raw($"{{\"__metadata__\":{{\"format\":\"pt\"}},{string.Join(',', entries)}}}", [.. _tensors.SelectMany(t => t.Data)]);
    }

    /// <summary>Any header over any data, with the right header length.</summary>
    public static byte[] Raw(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. data];
    }

    private delegate void WriteOne(double value, Span<byte> destination);

    private SafetensorsWriter Add(string name, string type, int[] shape, double[] values, int size, WriteOne write)
    {
        var data = new byte[values.Length * size];
        for (var i = 0; i < values.Length; i++) write(values[i], data.AsSpan(i * size, size));
        return AddBytes(name, type, shape, data);
    }
}
