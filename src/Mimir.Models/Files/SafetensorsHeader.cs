using System.Text.Json;

namespace Mimir.Models.Files;

/// <summary>
/// The JSON header of a safetensors file, checked completely: every tensor has a known type, its byte range is what type and shape
/// ask for, and the ranges cover the data exactly, without overlap or hole, as the format demands.
/// </summary>
/// <remarks>Format: https://github.com/huggingface/safetensors (README, "Format").</remarks>
internal static class SafetensorsHeader
{
    /// <summary>Longest header, as in the reference implementation.</summary>
    public const long MaxBytes = 100_000_000;

    private const int MaxRank = 16;

    /// <summary>The tensors of <paramref name="header"/>.</summary>
    /// <param name="header">The JSON text.</param>
    /// <param name="dataStart">First byte after the header.</param>
    /// <param name="dataLength">Bytes from there to the end of the file.</param>
    /// <param name="path">Named in errors.</param>
    public static Dictionary<string, TensorInfo> Parse(ReadOnlyMemory<byte> header, long dataStart, long dataLength, string path)
    {
        var root = JsonFile.Parse(header, path);
        var tensors = new Dictionary<string, TensorInfo>(StringComparer.Ordinal);
        foreach (var (name, value) in root.All())
        {
            if (name == "__metadata__") RequireText(value, path);
            else tensors.Add(name, Tensor(name, value, dataStart, dataLength, path));
        }
        RequireExactCover(tensors.Values, dataStart, dataLength, path);
        return tensors;
    }

    private static void RequireText(JsonElement metadata, string path)
    {
        if (metadata.ValueKind != JsonValueKind.Object || metadata.EnumerateObject().Any(p => p.Value.ValueKind != JsonValueKind.String))
            throw new ModelFormatException(path, "__metadata__ is not an object of strings; download the file again");
    }

    private static TensorInfo Tensor(string name, JsonElement json, long dataStart, long dataLength, string path)
    {
        ModelFormatException Error(string problem) => new(path, $"tensor '{name}': {problem}");

        if (json.ValueKind != JsonValueKind.Object) throw Error("its header entry is not an object; download the file again");
        var fields = new JsonFields(json, $"{path}: tensor '{name}'");
        var typeName = fields.Text("dtype") ?? throw Error("dtype is missing; download the file again");
        var type = TensorInfo.TypeOf(typeName)
            ?? throw Error($"unknown dtype '{Printable.OneLine(typeName, 40)}'; save the model in F32, F16 or BF16");

        var shape = Numbers(fields, "shape", MaxRank);
        var offsets = Numbers(fields, "data_offsets", 2);
        if (offsets.Length != 2) throw Error("data_offsets does not hold two numbers; download the file again");
        long begin = offsets[0], end = offsets[1];
        if (begin > end || end > dataLength)
            throw Error($"bytes {begin} to {end} lie outside the {dataLength} bytes of data; the file is truncated or damaged, download it again");

        long bytes = TensorInfo.SizeOf(type);
        foreach (var dimension in shape)
        {
            if (dimension != 0 && bytes > long.MaxValue / dimension) throw Error("its shape is too large");
            bytes = checked(bytes * dimension);
        }
        if (bytes != end - begin)
            throw Error($"shape [{string.Join(", ", shape)}] of {type} needs {bytes} bytes, but it has {end - begin}; download the file again");
        return new TensorInfo(name, type, shape, checked(dataStart + begin), bytes);
    }

    private static long[] Numbers(JsonFields fields, string key, int most)
    {
        var array = fields.Require(key);
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > most)
            throw fields.Error(key, array, $"an array of at most {most} integers");
        var numbers = new long[array.GetArrayLength()];
        for (var i = 0; i < numbers.Length; i++)
            if (array[i].ValueKind != JsonValueKind.Number || !array[i].TryGetInt64(out numbers[i]) || numbers[i] < 0)
                throw fields.Error(key, array, "non-negative integers");
        return numbers;
    }

    private static void RequireExactCover(IEnumerable<TensorInfo> tensors, long dataStart, long dataLength, string path)
    {
        var expected = dataStart;
        foreach (var tensor in tensors.OrderBy(t => t.Begin).ThenBy(t => t.Bytes))
        {
            if (tensor.Begin < expected) throw new ModelFormatException(path, $"tensor '{tensor.Name}': overlaps another tensor; download the file again");
            if (tensor.Begin > expected) throw new ModelFormatException(path, $"tensor '{tensor.Name}': unused bytes before it; download the file again");
            expected = tensor.Begin + tensor.Bytes;
        }
        if (expected != dataStart + dataLength)
            throw new ModelFormatException(path, $"{dataStart + dataLength - expected} bytes after the last tensor; download the file again");
    }
}
