using System.Buffers.Binary;
using System.IO.Compression;

namespace Mimir.Fuzzing;

/// <summary>
/// Inputs that are kept with the sources and tried by every test run: one file per target, Brotli over (length u32, little-endian ‖ bytes)*. Of inputs that behave alike the
/// shortest is kept; those grown from other people's files are not (docs/fuzzing.md).
/// </summary>
internal static class KeptInputs
{
    /// <summary>How the files end.</summary>
    public const string Extension = ".inputs";

    private const int LargestInput = 1 << 14, LargestTotal = 1 << 17;

    /// <summary>The file of a target.</summary>
    public static string File(string folder, FuzzTarget target) => Path.Combine(folder, target.Name + Extension);

    /// <summary>What a file holds; nothing when it is not there.</summary>
    public static IReadOnlyList<byte[]> Read(string file)
    {
        if (!System.IO.File.Exists(file)) return [];
        using var packed = new BrotliStream(System.IO.File.OpenRead(file), CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        packed.CopyTo(unpacked);
        var inputs = new List<byte[]>();
        for (ReadOnlySpan<byte> rest = unpacked.ToArray(); rest.Length > 0;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            inputs.Add(rest.Slice(4, length).ToArray());
            rest = rest[(4 + length)..];
        }

        return inputs;
    }

    /// <summary>
    /// Adds to a target's file whatever <paramref name="found"/> makes it do that neither its seeds nor shorter inputs do, and every input that is a finding; drops what adds nothing. How many
    /// inputs there are now.
    /// </summary>
    public static int Keep(string folder, FuzzTarget target, IEnumerable<byte[]> found)
    {
        var file = File(folder, target);
        var (coverage, shapes, kept, total) = (new Coverage(), new HashSet<string>(StringComparer.Ordinal), new List<byte[]>(), 0);
        foreach (var seed in target.Seeds) Learn(seed);
        foreach (var input in Read(file).Concat(found).Where(i => i.Length <= LargestInput).OrderBy(i => i.Length).ThenBy(Convert.ToHexString, StringComparer.Ordinal))
        {
            if (!Learn(input) || total + input.Length > LargestTotal) continue;
            kept.Add(input);
            total += input.Length;
        }

        Directory.CreateDirectory(folder);
        using var packed = new BrotliStream(System.IO.File.Create(file), CompressionLevel.SmallestSize);
        var length = new byte[4];
        foreach (var input in kept)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, input.Length);
            packed.Write(length);
            packed.Write(input);
        }

        return kept.Count;

        bool Learn(byte[] input)
        {
            Coverage.Begin();
            var trial = Trial.Run(target, input, isSeed: true);
            return coverage.Learn() | shapes.Add(trial.Outcome?.Shape ?? "") | trial.Finding is not null;
        }
    }
}
