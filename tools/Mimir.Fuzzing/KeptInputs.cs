using System.Buffers.Binary;
using System.IO.Compression;

namespace Mimir.Fuzzing;

/// <summary>
/// Inputs that are kept with the sources and tried by every test run, two files per target: <c>NAME.inputs</c>, of those that behave alike the shortest, and <c>NAME.findings</c>, all that
/// ever broke it. A file is Brotli over (length u32, little-endian ‖ bytes)*. What grew from other people's files is not kept (docs/fuzzing.md).
/// </summary>
internal static class KeptInputs
{
    private const int LargestInput = 1 << 14, LargestTotal = 1 << 16;

    /// <summary>Everything that is kept for a target.</summary>
    public static IReadOnlyList<byte[]> Of(string folder, FuzzTarget target) => [.. Read(Inputs(folder, target)), .. Read(Findings(folder, target))];

    /// <summary>What a file holds; nothing when it is not there.</summary>
    private static List<byte[]> Read(string file)
    {
        if (!File.Exists(file)) return [];
        using var packed = new BrotliStream(File.OpenRead(file), CompressionMode.Decompress);
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
    /// Keeps what makes a target do something that neither its seeds nor shorter inputs do, out of what is kept and what <paramref name="found"/> adds, and every one of
    /// <paramref name="findings"/>. How many inputs are kept then.
    /// </summary>
    public static int Keep(string folder, FuzzTarget target, IEnumerable<byte[]> found, IEnumerable<byte[]> findings)
    {
        var (coverage, shapes, kept, total) = (new Coverage(), new HashSet<string>(StringComparer.Ordinal), new List<byte[]>(), 0);
        foreach (var seed in target.Seeds) Learn(seed);
        foreach (var input in Distinct(Read(Inputs(folder, target)).Concat(found)))
        {
            if (!Learn(input) || total + input.Length > LargestTotal) continue;
            kept.Add(input);
            total += input.Length;
        }

        var broke = Distinct(Read(Findings(folder, target)).Concat(findings));
        Directory.CreateDirectory(folder);
        Write(Inputs(folder, target), kept);
        if (broke.Count > 0) Write(Findings(folder, target), broke);
        return kept.Count + broke.Count;

        bool Learn(byte[] input)
        {
            Coverage.Begin();
            var trial = Trial.Run(target, input, isSeed: true);
            // Shapes may quote the input; where branches are counted, they say more.
            return coverage.Learn() | (coverage.Count == 0 && shapes.Add(trial.Outcome?.Shape ?? ""));
        }
    }

    private static string Inputs(string folder, FuzzTarget target) => Path.Combine(folder, target.Name + ".inputs");

    private static string Findings(string folder, FuzzTarget target) => Path.Combine(folder, target.Name + ".findings");

    /// <summary>Short ones first.</summary>
    private static List<byte[]> Distinct(IEnumerable<byte[]> inputs) =>
        [.. inputs.Where(i => i.Length <= LargestInput).DistinctBy(Convert.ToHexString).OrderBy(i => i.Length).ThenBy(Convert.ToHexString, StringComparer.Ordinal)];

    private static void Write(string file, List<byte[]> inputs)
    {
        using var packed = new BrotliStream(File.Create(file), CompressionLevel.SmallestSize);
        var length = new byte[4];
        foreach (var input in inputs)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, input.Length);
            packed.Write(length);
            packed.Write(input);
        }
    }
}
