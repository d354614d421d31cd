using Mimir.Cli.Keys;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.SealedFiles;

namespace Mimir.Cli.Configuration;

/// <summary>
/// A configuration that 'mimir seal' sealed, recognised by its first bytes. Where its key comes from must be known before it is read: from the environment alone
/// (<c>MIMIR__KEYS__RELEASE</c> and so on).
/// </summary>
internal static class SealedConfiguration
{
    /// <summary>Its settings.</summary>
    /// <exception cref="ConfigurationException">No key release is configured, or what it holds is no configuration.</exception>
    /// <exception cref="KeyReleaseException">The key is not released.</exception>
    /// <exception cref="SealedFileException">It was altered, is of another key or name, or an old copy.</exception>
    public static IReadOnlyList<Setting> Read(string path, MimirConfig environment) => environment.Keys is null
        ? throw new ConfigurationException($"{path}: is sealed; set MIMIR__KEYS__RELEASE, and what belongs to it, in the environment: from there its key is released")
        : YamlSettings.Parse(SealedText.ReadAsync(path, YamlSettings.LargestFile, environment, Console.Error.WriteLine, default).GetAwaiter().GetResult(), path);
}
