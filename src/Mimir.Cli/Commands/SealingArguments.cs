using System.CommandLine;
using Mimir.Cli.Configuration;
using Mimir.Services.Sealing;
using Mimir.Trust.SealedFiles;

namespace Mimir.Cli.Commands;

/// <summary>The options that `seal`, `unseal` and `rekey` share.</summary>
internal static class SealingArguments
{
    /// <summary>--marks FILE.</summary>
    public static Option<string?> Marks() => new("--marks")
    {
        Description = "Remembers the newest version of each sealed file here and refuses older ones; without it an old copy put back is not noticed",
        HelpName = "FILE",
    };

    /// <summary>--measurement HEX.</summary>
    public static Option<string?> Measurement(string description) => new("--measurement") { Description = description, HelpName = "HEX" };

    /// <summary>--counter tpm|file|none.</summary>
    public static Option<string?> Counter()
    {
        var option = new Option<string?>("--counter") { Description = "What notices an old copy: a counter in the TPM, the file of --marks, or nothing; sealing.counter when not given", HelpName = "tpm|file|none" };
        option.AcceptOnlyFromAmong("tpm", "file", "none");
        return option;
    }

    /// <summary>What notices old copies: --marks and --counter, else the configuration; null: nothing.</summary>
    /// <exception cref="UsageException">The options contradict each other.</exception>
    public static IMonotonicCounter? Counter(ParseResult result, Option<string?> counter, Option<string?> marks, MimirConfig config)
    {
        var (kind, file) = (result.GetValue(counter), result.GetValue(marks));
        if (kind is "tpm" or "none" && file is not null) throw new UsageException($"--marks belongs to --counter file, not to --counter {kind}");
        if (kind is null && file is null) return Counter(config);
        file ??= config.Sealing.Marks;
        return Counter(config with { Sealing = new(kind ?? "file", kind == "file" && file is null ? throw new UsageException("--counter file needs --marks FILE") : file) });
    }

    /// <summary>What notices old copies, by the configuration; null: nothing.</summary>
    public static IMonotonicCounter? Counter(MimirConfig config) => config.Sealing switch
    {
        { Counter: "tpm" } => new TpmCounter(config.Attestation.Tpm),
        { Counter: "file", Marks: { } file } => new HighWaterMarks(file),
        _ => null,
    };

    /// <summary>The bytes of --measurement.</summary>
    /// <exception cref="UsageException">Not 32, 48 or 64 bytes in hexadecimal.</exception>
    public static byte[]? Bytes(string? measurement)
    {
        if (measurement is null) return null;
        if (measurement.Length is 64 or 96 or 128 && measurement.All(char.IsAsciiHexDigit)) return Convert.FromHexString(measurement);
        throw new UsageException("--measurement must be 64, 96 or 128 hexadecimal digits");
    }
}
