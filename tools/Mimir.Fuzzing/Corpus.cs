using System.Security.Cryptography;

namespace Mimir.Fuzzing;

/// <summary>The inputs worth mutating: seeds, and whatever showed a new behaviour. Kept in a folder, so that the next run goes on from there.</summary>
internal sealed class Corpus
{
    // A refusal that quotes the input makes every input new.
    private const int MostShapes = 2000;
    private readonly List<byte[]> _inputs = [];
    private readonly HashSet<string> _seeds;
    private readonly HashSet<string> _shapes = new(StringComparer.Ordinal);
    private readonly string _folder;

    /// <summary>Seeds and what earlier runs left in <paramref name="folder"/>.</summary>
    public Corpus(IReadOnlyList<byte[]> seeds, string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        _seeds = [.. seeds.Select(Name)];
        _inputs.AddRange(seeds);
        foreach (var file in Directory.EnumerateFiles(folder, "*.bin").Order(StringComparer.Ordinal)) _inputs.Add(File.ReadAllBytes(file));
        if (_inputs.Count == 0) _inputs.Add([]);
    }

    /// <summary>How many inputs there are.</summary>
    public int Count => _inputs.Count;

    /// <summary>How many behaviours were seen.</summary>
    public int Shapes => _shapes.Count;

    /// <summary>The inputs at present.</summary>
    public IReadOnlyList<byte[]> Inputs => _inputs;

    /// <summary>Whether these bytes are one of the seeds.</summary>
    public bool IsSeed(byte[] input) => _seeds.Contains(Name(input));

    /// <summary>Any input, later ones more often than their share.</summary>
    public byte[] Pick(Random random) => _inputs[random.Next(2) == 0 ? random.Next(_inputs.Count) : Math.Max(0, _inputs.Count - 1 - random.Next(32))];

    /// <summary>Remembers a behaviour; keeps the input if it or the branches that it took are new.</summary>
    public void Learn(byte[] input, string shape, bool branches, bool keep)
    {
        if (!((_shapes.Count < MostShapes && _shapes.Add(shape)) | branches) || !keep) return;
        _inputs.Add(input);
        File.WriteAllBytes(Path.Combine(_folder, Name(input) + ".bin"), input);
    }

    private static string Name(byte[] input) => Convert.ToHexStringLower(SHA256.HashData(input).AsSpan(0, 12));
}
