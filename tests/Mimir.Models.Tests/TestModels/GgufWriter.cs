using System.Buffers.Binary;
using System.Text;

namespace Mimir.Models.Tests.TestModels;

/// <summary>Writes small GGUF files, by docs/gguf.md of ggml.</summary>
public sealed class GgufWriter(uint version = 3)
{
    private readonly List<(string Key, byte[] Value)> _keys = [];
    private readonly List<(string Name, long[] Shape, uint Type, byte[] Data)> _tensors = [];
    private int _alignment = 32;

    public GgufWriter Alignment(int alignment)
    {
        _alignment = alignment;
        return Number("general.alignment", (uint)alignment);
    }

    public GgufWriter Text(string key, string value) => Key(key, [.. U32(8), .. Str(value)]);

    public GgufWriter Number(string key, uint value) => Key(key, [.. U32(4), .. U32(value)]);

    public GgufWriter Single(string key, float value) => Key(key, [.. U32(6), .. F32(value)]);

    public GgufWriter Flag(string key, bool value) => Key(key, [.. U32(7), (byte)(value ? 1 : 0)]);

    public GgufWriter Texts(string key, IReadOnlyCollection<string> values) => Key(key, [.. U32(9), .. U32(8), .. U64((ulong)values.Count), .. values.SelectMany(Str)]);

    public GgufWriter Integers(string key, IReadOnlyCollection<int> values) => Key(key, [.. U32(9), .. U32(5), .. U64((ulong)values.Count), .. values.SelectMany(v => U32(unchecked((uint)v)))]);

    public GgufWriter Singles(string key, IReadOnlyCollection<float> values) => Key(key, [.. U32(9), .. U32(6), .. U64((ulong)values.Count), .. values.SelectMany(F32)]);

    /// <summary>A key with a value written by hand: its type's number, then its bytes.</summary>
    public GgufWriter Key(string key, byte[] typeAndValue)
    {
        _keys.Add((key, typeAndValue));
        return this;
    }

    /// <summary>Takes a key out again.</summary>
    public GgufWriter Replace(string key)
    {
        _keys.RemoveAll(k => k.Key == key);
        return this;
    }

    /// <summary>Shape as in safetensors, slowest first.</summary>
    public GgufWriter Tensor(string name, long[] shape, uint type, byte[] data)
    {
        _tensors.Add((name, shape, type, data));
        return this;
    }

    public GgufWriter Singles(string name, long[] shape, double[] values) => Tensor(name, shape, 0, [.. values.SelectMany(v => F32((float)v))]);

    public GgufWriter Halves(string name, long[] shape, double[] values) =>
        Tensor(name, shape, 1, [.. values.SelectMany(v => BitConverter.GetBytes((Half)v))]);

    public byte[] ToBytes()
    {
        var bytes = new List<byte>([.. "GGUF"u8, .. U32(version), .. U64((ulong)_tensors.Count), .. U64((ulong)_keys.Count)]);
        foreach (var (key, value) in _keys) bytes.AddRange([.. Str(key), .. value]);
        var offset = 0L;
        foreach (var (name, shape, type, data) in _tensors)
        {
            bytes.AddRange([.. Str(name), .. U32((uint)shape.Length), .. shape.Reverse().SelectMany(d => U64((ulong)d)), .. U32(type), .. U64((ulong)offset)]);
            offset += (data.Length + _alignment - 1) / _alignment * _alignment;
        }
        foreach (var (_, _, _, data) in _tensors)
        {
            bytes.AddRange(new byte[(_alignment - bytes.Count % _alignment) % _alignment]);
            bytes.AddRange(data);
        }
        return [.. bytes];
    }

    public static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] Str(string text) => [.. U64((ulong)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] F32(float value) => U32(BitConverter.SingleToUInt32Bits(value));
}
