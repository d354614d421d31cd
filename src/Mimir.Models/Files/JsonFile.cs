using System.Text.Json;

namespace Mimir.Models.Files;

/// <summary>Reads a JSON object from a file or from memory, strictly: no duplicate keys, bounded size and depth, an object at the top.</summary>
public static class JsonFile
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>The object in the file <paramref name="path"/> of at most <paramref name="limit"/> bytes.</summary>
    /// <exception cref="ModelFormatException">Missing, unreadable, too large, or not one JSON object.</exception>
    public static JsonFields Read(string path, long limit)
    {
        byte[] bytes;
        try
        {
            var size = new FileInfo(path).Length;
            if (size > limit) throw new ModelFormatException(path, $"{size} bytes, more than the {limit} allowed for this kind of file");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(path, e is FileNotFoundException or DirectoryNotFoundException
                ? "file not found" : $"cannot be read ({e.GetType().Name}); check that it is a readable file", e);
        }
        return Parse(bytes, path);
    }

    /// <summary>The object in <paramref name="utf8"/>; a leading byte order mark is allowed. <paramref name="source"/> is named in errors.</summary>
    /// <exception cref="ModelFormatException">Not one JSON object.</exception>
    public static JsonFields Parse(ReadOnlyMemory<byte> utf8, string source)
    {
        if (utf8.Span is [0xEF, 0xBB, 0xBF, ..]) utf8 = utf8[3..];
        try
        {
            // The document is not disposed: it was parsed from memory that nobody returns to a pool, and the fields point into it.
            var root = JsonDocument.Parse(utf8, Strict).RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new ModelFormatException(source, $"holds a JSON {root.ValueKind} where an object was expected");
            return new JsonFields(root, source);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ModelFormatException(source, $"is not valid JSON ({e.Message}); download it again", e);
        }
    }
}
