namespace Mimir.Trust.Audit;

/// <summary>The end of a log: its last entry, and what a crash left behind it.</summary>
internal static class AuditTail
{
    /// <summary>Leaves the file's position at its end, and ends a last line that lacks nothing but its line break. The tear includes its line break where there is one.</summary>
    /// <exception cref="AuditLogException">There is more than a tear behind the last entry, or no entry at all.</exception>
    public static (AuditLine? Last, byte[] Tear) Find(FileStream file, string path)
    {
        var length = (int)Math.Min(file.Length, AuditLog.LongestTear + AuditLine.Longest + 1);
        var whole = length == file.Length;
        var bytes = new byte[length];
        file.Position = file.Length - length;
        file.ReadExactly(bytes);
        file.Position = file.Length;
        var unended = bytes.AsSpan(bytes.AsSpan().LastIndexOf((byte)'\n') + 1);
        if (AuditLine.Read(unended) is { } complete)
        {
            file.Write("\n"u8);
            return (complete, []);
        }
        for (var end = bytes.Length; ;)
        {
            var stop = bytes.AsSpan(0, end).LastIndexOf((byte)'\n');
            if (stop < 0) break;
            var start = bytes.AsSpan(0, stop).LastIndexOf((byte)'\n') + 1;
            if ((start > 0 || whole) && AuditLine.Read(bytes.AsSpan(start..stop)) is { } last)
                return bytes.Length - stop - 1 <= AuditLog.LongestTear ? (last, bytes[(stop + 1)..]) : throw Damaged(path);
            end = stop;
        }
        // A first entry that was torn is a tear like any other; a file of something else is not.
        return whole && (bytes.Length == 0 || bytes.AsSpan().StartsWith("{\"sequence\":0,"u8[..Math.Min(bytes.Length, 14)]))
            ? (null, bytes) : throw Damaged(path);
    }

    private static AuditLogException Damaged(string path) => new($"{path}: is no audit log, or its end is damaged; keep it, examine it, and name another file");
}
