using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Recognition;

namespace Mimir.Cli.Attesting;

/// <summary>Reads the files that a user names as evidence.</summary>
public static class EvidenceFiles
{
    /// <summary>Reads one file, at most one byte more than evidence may have, so that a larger one is recognised as such.</summary>
    /// <exception cref="UsageException">It cannot be read.</exception>
    public static EvidenceFile Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[EvidenceCodec.Largest + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return new EvidenceFile(Path.GetFileName(path), bytes.AsMemory(0, length));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"{path}: cannot be read ({e.Message.TrimEnd('.')}); name a file");
        }
    }
}
