using System.Security.Cryptography;

namespace Mimir.Fuzzing;

/// <summary>Inputs that broke something.</summary>
internal static class Findings
{
    /// <summary>Keeps an input; returns the file's path.</summary>
    public static string Save(string folder, string what, byte[] input)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{what}-{Convert.ToHexStringLower(SHA256.HashData(input).AsSpan(0, 6))}.bin");
        File.WriteAllBytes(path, input);
        return path;
    }
}
