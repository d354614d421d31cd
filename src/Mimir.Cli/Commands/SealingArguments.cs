using System.CommandLine;
using Mimir.Trust.SealedFiles;

namespace Mimir.Cli.Commands;

/// <summary>The options that `seal`, `unseal` and `rekey` share.</summary>
internal static class SealingArguments
{
    /// <summary>--key FILE.</summary>
    public static Option<string> Key() => new("--key") { Description = "The data key that 'mimir key new' made", HelpName = "FILE", Required = true };

    /// <summary>--marks FILE.</summary>
    public static Option<string?> Marks() => new("--marks")
    {
        Description = "Remembers the newest version of each sealed file here and refuses older ones; without it an old copy put back is not noticed",
        HelpName = "FILE",
    };

    /// <summary>--measurement HEX.</summary>
    public static Option<string?> Measurement(string description) => new("--measurement") { Description = description, HelpName = "HEX" };

    /// <summary>The counter of --marks, or null.</summary>
    public static IMonotonicCounter? Counter(string? marks) => marks is null ? null : new HighWaterMarks(marks);

    /// <summary>The bytes of --measurement.</summary>
    /// <exception cref="UsageException">Not 32, 48 or 64 bytes in hexadecimal.</exception>
    public static byte[]? Bytes(string? measurement)
    {
        if (measurement is null) return null;
        if (measurement.Length is 64 or 96 or 128 && measurement.All(char.IsAsciiHexDigit)) return Convert.FromHexString(measurement);
        throw new UsageException("--measurement must be 64, 96 or 128 hexadecimal digits");
    }
}
