using System.Security.Cryptography;
using System.Text;
using Mimir.Cli.Commands;
using Mimir.Cli.Keys;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.SealedFiles;

namespace Mimir.Cli.Configuration;

/// <summary>
/// A configuration that 'mimir seal' sealed, recognised by its first bytes. Where its key comes from must be known before it is read: from the environment alone
/// (<c>MIMIR__KEYS__RELEASE</c> and so on). Its label must be its file's name, less <c>.sealed</c>, so that no other sealed file stands in for it.
/// </summary>
internal static class SealedConfiguration
{
    private const string Suffix = ".sealed";

    /// <summary>Its settings. It is decrypted in memory only.</summary>
    /// <exception cref="ConfigurationException">No key release is configured, or what it holds is no configuration.</exception>
    /// <exception cref="KeyReleaseException">The key is not released.</exception>
    /// <exception cref="SealedFileException">It was altered, is of another key or name, or an old copy.</exception>
    public static IReadOnlyList<Setting> Read(string path, MimirConfig environment)
    {
        if (environment.Keys is null)
            throw new ConfigurationException($"{path}: is sealed; set MIMIR__KEYS__RELEASE, and what belongs to it, in the environment: from there its key is released");
        using var release = KeyReleases.Open(environment, Console.Error.WriteLine);
        // Which key is asked for is not authenticated yet; another one does not open the file.
        using var key = release.ReleaseAsync(SealedFileReader.PeekKeyName(path), default).GetAwaiter().GetResult();
        var name = Path.GetFileName(path);
        using var reader = SealedFileReader.Open(path, key, new SealExpectations
        {
            Label = name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name,
            Counter = SealingArguments.Counter(environment),
        });
        if (reader.Length > YamlSettings.LargestFile) throw new ConfigurationException($"{path}: {reader.Length} bytes; a configuration has at most {YamlSettings.LargestFile}");
        var bytes = new byte[reader.Length];
        try
        {
            reader.Read(0, bytes);
            return YamlSettings.Parse(Encoding.UTF8.GetString(bytes), path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
