using System.Security.Cryptography;
using System.Text;
using Mimir.Trust.Audit;

namespace Mimir.Fuzzing;

/// <summary>An audit log of a few entries, and everything that reads one.</summary>
internal static class AuditSeed
{
    /// <summary>A log, and the hash of its last entry.</summary>
    public static (byte[] Log, string Head) Log()
    {
        var head = "";
        var bytes = Scratch.Written(path =>
        {
            using (var log = AuditLog.Open(path, FuzzMembers.Party, FuzzMembers.Clock)) log.Append(new LogClosed());
            using var signers = AuditSigners.Of(FuzzMembers.Authority.Anchors());
            head = AuditVerifier.Verify(path, signers).Head;
        });
        return (bytes, head);
    }

    /// <summary>The input as a log whose last entry is known; as a log to go on with; and its first line with a hash that fits, so that what a line says is reached.</summary>
    public static Outcome Read(byte[] bytes, string head)
    {
        var path = Scratch.Write("audit.log", bytes);
        using var signers = AuditSigners.Of(FuzzMembers.Authority.Anchors());
        var report = AuditVerifier.Verify(path, signers, head);
        var line = Rehashed(bytes) is { } entry ? $"{entry.Entry.Kind} {Math.Min(8, entry.Entry.Fields.Count)}" : "none";
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        var tail = Attempt.Read(() => AuditTail.Find(file, path) is var (last, tear) ? $"{last is null} {tear.Length > 0}" : "", e => e is AuditLogException);
        return new Outcome($"{report.Fault} {report.Closed} {report.Tears}; {line}; {tail.Shape}", report.IsIntact);
    }

    private static AuditLine? Rehashed(byte[] bytes)
    {
        var end = Array.IndexOf(bytes, (byte)'\n');
        var line = end < 0 ? bytes : bytes[..end];
        var hashed = line.AsSpan().LastIndexOf(",\"hash\":"u8);
        byte[] body = hashed < 0 ? line : line[..hashed];
        var hash = SHA256.HashData([.. "mimir audit entry v1\n"u8, .. body]);
        return AuditLine.Read([.. body, .. Encoding.ASCII.GetBytes($",\"hash\":\"{Convert.ToHexStringLower(hash)}\",\"signature\":\"{Convert.ToBase64String(new byte[64])}\"}}")]);
    }
}
