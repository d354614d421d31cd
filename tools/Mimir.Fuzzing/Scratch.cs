namespace Mimir.Fuzzing;

/// <summary>A folder of this process for parsers that take files; gone when it ends.</summary>
internal static class Scratch
{
    private static readonly string Folder = Create();

    /// <summary>The path of a file or folder in it.</summary>
    public static string At(string name) => Path.Combine(Folder, name);

    /// <summary>Writes a file; its path.</summary>
    public static string Write(string name, ReadOnlySpan<byte> bytes)
    {
        var path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>What <paramref name="write"/> writes to a new file.</summary>
    public static byte[] Written(Action<string> write)
    {
        var path = At("written");
        File.Delete(path);
        write(path);
        return File.ReadAllBytes(path);
    }

    /// <summary>Takes an input apart into <paramref name="count"/> pieces, each with its length (u16, big-endian) before it; the last takes the rest.</summary>
    public static byte[][] Split(byte[] input, int count)
    {
        var pieces = new byte[count][];
        var rest = input.AsSpan();
        for (var i = 0; i < count; i++)
        {
            var last = i == count - 1 || rest.Length < 2;
            var length = last ? rest.Length : Math.Min(rest[0] << 8 | rest[1], rest.Length - 2);
            pieces[i] = rest.Slice(last ? 0 : 2, length).ToArray();
            rest = rest[(length + (last ? 0 : 2))..];
        }

        return pieces;
    }

    /// <summary>The input that <see cref="Split"/> takes apart into these.</summary>
    public static byte[] Join(params byte[][] pieces) => [.. pieces[..^1].SelectMany(p => (byte[])[(byte)(p.Length >> 8), (byte)(p.Length & 0xFF), .. p]), .. pieces[^1]];

    private static string Create()
    {
        var folder = Directory.CreateTempSubdirectory("mimir-fuzzing-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }
}
