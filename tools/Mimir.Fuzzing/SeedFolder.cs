using System.IO.Enumeration;

namespace Mimir.Fuzzing;

/// <summary>A folder of real inputs, by default shared/vectors/attestation beside the checkout. Without it targets begin with <see cref="SyntheticSeeds"/>.</summary>
public sealed class SeedFolder(string? path)
{
    /// <summary>The folder beside the checkout, or null.</summary>
    public static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "vectors", "attestation");
            if (Directory.Exists(candidate)) return candidate;
        }

        return null;
    }

    /// <summary>The contents of the files that match, such as <c>snp/*.report.bin</c>.</summary>
    public IReadOnlyList<byte[]> All(params string[] patterns)
    {
        if (path is null) return [.. SyntheticSeeds.Files.Where(f => patterns.Any(p => FileSystemName.MatchesSimpleExpression(p, f.Key, ignoreCase: false))).Select(f => f.Value)];
        var files = patterns.SelectMany(p => Matching(Path.Combine(path, p)));
        return [.. files.Select(File.ReadAllBytes)];
    }

    /// <summary>The contents of one file; empty where it is absent.</summary>
    public byte[] One(string name) => All(name) is [var only] ? only : [];

    private static IEnumerable<string> Matching(string pattern)
    {
        var folder = Path.GetDirectoryName(pattern)!;
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, Path.GetFileName(pattern)).Order(StringComparer.Ordinal) : [];
    }
}
