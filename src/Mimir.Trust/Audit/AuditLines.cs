namespace Mimir.Trust.Audit;

/// <summary>Cuts a file into lines of bounded length, as bytes.</summary>
public static class AuditLines
{
    /// <summary>Lines without their line break; a longer one than <see cref="AuditLine.Longest"/> comes cut off, which no entry is.</summary>
    /// <returns>The line, and whether a line break follows it.</returns>
    internal static IEnumerable<(byte[] Line, bool Ended)> Read(Stream file)
    {
        var buffer = new byte[AuditLine.Longest + 2];
        for (int filled = 0, read = -1; ;)
        {
            var at = Array.IndexOf(buffer, (byte)'\n', 0, filled);
            if (at < 0 && filled < buffer.Length && read != 0)
            {
                filled += read = file.Read(buffer, filled, buffer.Length - filled);
                continue;
            }
            if (filled == 0) yield break;
            var length = at < 0 ? filled : at;
            yield return (buffer[..length], at >= 0);
            var used = at < 0 ? filled : at + 1;
            buffer.AsSpan(used, filled - used).CopyTo(buffer);
            filled -= used;
        }
    }

    /// <summary>The entries of a log, unverified: everything that has the form of one.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IEnumerable<AuditEntry> Entries(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        foreach (var (line, _) in Read(file))
            if (AuditLine.Read(line) is { } read) yield return read.Entry;
    }
}
