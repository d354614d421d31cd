using System.Security.Cryptography;
using System.Text;
using Mimir.Cli.Commands;
using Mimir.Cli.Configuration;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.SealedFiles;

namespace Mimir.Cli.Keys;

/// <summary>
/// Small sealed files that stand in for plain ones: a configuration, a holder's share. The label must be the file's name, less <c>.sealed</c>, so that no other sealed file stands in
/// for it. They are decrypted in memory only.
/// </summary>
internal static class SealedText
{
    private const string Suffix = ".sealed";

    /// <summary>The text of a sealed file, with the key of its name that <c>keys.release</c> gives, in the version that <c>sealing.counter</c> knows or a newer one.</summary>
    /// <exception cref="UsageException">It has more than <paramref name="longest"/> bytes, or <c>keys.release</c> is not set.</exception>
    /// <exception cref="KeyReleaseException">The key is not released.</exception>
    /// <exception cref="SealedFileException">It was altered, is of another key or name, or an old copy.</exception>
    public static async Task<string> ReadAsync(string path, int longest, MimirConfig config, Action<string> log, CancellationToken cancellation)
    {
        using var release = KeyReleases.Open(config, log);
        // Which key it asks for is not authenticated yet; another one does not open it.
        using var key = await release.ReleaseAsync(SealedFileReader.PeekKeyName(path), cancellation);
        var name = Path.GetFileName(path);
        using var reader = SealedFileReader.Open(path, key, new SealExpectations
        {
            Label = name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name,
            Counter = SealingArguments.Counter(config),
        });
        if (reader.Length > longest) throw new UsageException($"{path}: {reader.Length} bytes; it has at most {longest}");
        var bytes = new byte[reader.Length];
        try
        {
            reader.Read(0, bytes);
            return Encoding.UTF8.GetString(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
