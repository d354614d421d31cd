using System.Buffers.Binary;

namespace Mimir.Models.Gguf;

/// <summary>
/// The keys of a GGUF file with their values: bool, long, float, double, string, or arrays of these. Every error names the file, the key and what is wrong.
/// </summary>
/// <remarks>Source: ggml, docs/gguf.md, "File Structure".</remarks>
public sealed class GgufMetadata
{
    private const long MaxKeys = 1 << 16;
    private const int LongestKey = 1 << 16, Text = 8, Array = 9;
    private static readonly int[] Sizes = [1, 1, 2, 2, 4, 4, 4, 1, 8, 0, 8, 8, 8];
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);

    private GgufMetadata(string path) => Path = path;

    /// <summary>The file, for messages.</summary>
    public string Path { get; }

    /// <summary>All keys.</summary>
    public IReadOnlyCollection<string> Keys => _values.Keys;

    /// <summary>Reads <paramref name="count"/> keys.</summary>
    internal static GgufMetadata Read(GgufReader reader, long count, string path)
    {
        if (count > MaxKeys) throw reader.Error($"{count} keys, more than the {MaxKeys} allowed");
        reader.Require(count, 8 + 4 + 1, "the list of keys");
        var metadata = new GgufMetadata(path);
        for (var i = 0L; i < count; i++)
        {
            var key = reader.Text($"key {i}");
            if (key.Length is 0 or > LongestKey) throw reader.Error($"key {i} has {key.Length} characters");
            if (!metadata._values.TryAdd(key, Value(reader, reader.UInt32(), key))) throw reader.Error($"key '{key}' occurs twice");
        }
        return metadata;
    }

    /// <summary>Whether there is such a key.</summary>
    public bool Contains(string key) => _values.ContainsKey(key);

    /// <summary>A text, or null when the key is missing.</summary>
    public string? FindText(string key) => Find<string>(key, "a text");

    /// <summary>A text that must be there.</summary>
    public string RequireText(string key) => FindText(key) ?? throw Missing(key);

    /// <summary>An integer in [<paramref name="least"/>, <paramref name="most"/>], or null when the key is missing.</summary>
    public int? FindInteger(string key, int least, int most)
    {
        if (!_values.TryGetValue(key, out var value)) return null;
        return value is long number && number >= least && number <= most ? (int)number : throw Error(key, $"is {Shown(value)}, but Mimir needs an integer from {least} to {most}");
    }

    /// <summary>An integer that must be there.</summary>
    public int RequireInteger(string key, int least, int most) => FindInteger(key, least, most) ?? throw Missing(key);

    /// <summary>A finite number, or null when the key is missing.</summary>
    public float? FindNumber(string key) => _values.TryGetValue(key, out var value)
        ? value switch
        {
            float f when float.IsFinite(f) => f,
            double d when float.IsFinite((float)d) => (float)d,
            _ => throw Error(key, $"is {Shown(value)}, but Mimir needs a finite number"),
        }
        : null;

    /// <summary>A finite number that must be there.</summary>
    public float RequireNumber(string key) => FindNumber(key) ?? throw Missing(key);

    /// <summary>true or false, or null when the key is missing.</summary>
    public bool? FindFlag(string key) => _values.TryGetValue(key, out var value) ? value as bool? ?? throw Error(key, $"is {Shown(value)}, but Mimir needs true or false") : null;

    /// <summary>An array of texts, or null when the key is missing.</summary>
    public IReadOnlyList<string>? FindTexts(string key) => Find<string[]>(key, "an array of texts");

    /// <summary>An array of integers, or null when the key is missing.</summary>
    public IReadOnlyList<long>? FindIntegers(string key) => Find<long[]>(key, "an array of integers");

    /// <summary>An array of numbers, or null when the key is missing.</summary>
    public IReadOnlyList<float>? FindNumbers(string key) => Find<float[]>(key, "an array of numbers");

    /// <summary>An error about a key.</summary>
    public ModelFormatException Error(string key, string problem) => new(Path, $"key '{key}' {problem}");

    /// <summary>The error for a key that is not there.</summary>
    public ModelFormatException Missing(string key) => Error(key, "is missing");

    private T? Find<T>(string key, string expected)
        where T : class =>
        _values.TryGetValue(key, out var value) ? value as T ?? throw Error(key, $"is {Shown(value)}, but Mimir needs {expected}") : null;

    private static string Shown(object value) => value switch
    {
        System.Array array => $"an array of {array.Length}",
        string text => $"'{Printable.OneLine(text, 80)}'",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value}"),
    };

    private static object Value(GgufReader reader, uint type, string key)
    {
        if (type == Text) return reader.Text($"key '{key}'");
        if (type != Array) return Scalar(reader, type, key);
        var element = reader.UInt32();
        var count = reader.Count($"key '{key}': an array");
        if (element == Array) throw reader.Error($"key '{key}' is an array of arrays, which no model has");
        reader.Require(count, element == Text ? 8 : SizeOf(reader, element, key), $"key '{key}'");
        return element switch
        {
            Text => Items(count, () => reader.Text($"key '{key}'")),
            6 => Items(count, () => (float)Scalar(reader, element, key)),
            7 => Items(count, () => (bool)Scalar(reader, element, key)),
            12 => Items(count, () => (float)(double)Scalar(reader, element, key)),
            _ => Items(count, () => (long)Scalar(reader, element, key)),
        };
    }

    private static T[] Items<T>(long count, Func<T> next)
    {
        var items = new T[count];
        for (var i = 0; i < items.Length; i++) items[i] = next();
        return items;
    }

    private static object Scalar(GgufReader reader, uint type, string key)
    {
        var bytes = reader.Take(SizeOf(reader, type, key));
        return type switch
        {
            0 => (long)bytes[0],
            1 => (long)unchecked((sbyte)bytes[0]),
            2 => (long)BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            3 => (long)BinaryPrimitives.ReadInt16LittleEndian(bytes),
            4 => (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            5 => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes),
            6 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
            7 => bytes[0] <= 1 ? bytes[0] == 1 : throw reader.Error($"key '{key}' is {bytes[0]} where 0 or 1 was expected"),
            10 => BinaryPrimitives.ReadUInt64LittleEndian(bytes) is var n && n <= long.MaxValue ? (long)n : throw reader.Error($"key '{key}' is too large"),
            11 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            _ => (object)BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        };
    }

    private static int SizeOf(GgufReader reader, uint type, string key) =>
        type < Sizes.Length && Sizes[type] > 0 ? Sizes[type] : throw reader.Error($"key '{key}' has the unknown type {type}");
}
