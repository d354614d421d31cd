using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mimir.Trust.Audit;

/// <summary>
/// Appends to a hash-chained log in a file; EVERY entry is signed, and on disk (fsync) before <see cref="Append"/> returns. One process at a
/// time writes (lock file <c>LOG.lock</c>). What a crash left unfinished at the end is kept and marked when the log is opened again.
/// </summary>
public sealed class AuditLog : IAuditLog, IDisposable
{
    /// <summary>The most that can be left unfinished: the line of an entry, and that of its recovery, a few times.</summary>
    internal const int LongestTear = 4 * AuditLine.Longest;

    private readonly Lock _turn = new();
    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly ECDsa _key;
    private readonly FileStream _alone;
    private readonly FileStream _file;
    private long _sequence;
    private byte[] _head;
    private bool _ended;

    private AuditLog(string path, ECDsa key, TimeProvider clock, FileStream alone, FileStream file, AuditLine? last)
    {
        (_path, _key, _clock, _alone, _file) = (path, key, clock, alone, file);
        (_sequence, _head) = last is null ? (0, AuditLine.Genesis) : (last.Entry.Sequence + 1, last.Hash);
    }

    /// <summary>Opens <paramref name="path"/>, or begins it (mode 0600); writes an entry with the writer's certificate.</summary>
    /// <exception cref="AuditLogException">Another process writes it, it is no audit log, or it cannot be written.</exception>
    public static AuditLog Open(string path, Identity writer, TimeProvider? clock = null)
    {
        FileStream? alone = null, file = null;
        var key = writer.Certificate.GetECDsaPrivateKey() ?? throw new ArgumentException("The identity has no ECDSA key.", nameof(writer));
        try
        {
            alone = OpenFile(path + ".lock", FileShare.None);
            file = OpenFile(path, FileShare.Read);
            var (last, tear) = AuditTail.Find(file, path);
            var log = new AuditLog(path, key, clock ?? TimeProvider.System, alone, file, last);
            if (tear.Length > 0 && tear[^1] != '\n')
            {
                file.Write("\n"u8);
                tear = [.. tear, (byte)'\n'];
            }
            log.Append(LogOpened.By(writer, tear));
            return log;
        }
        catch (Exception error)
        {
            file?.Dispose();
            alone?.Dispose();
            key.Dispose();
            if (error is IOException or UnauthorizedAccessException)
                throw new AuditLogException($"{path}: the audit log cannot be opened ({error.GetType().Name}); another process writes it, or the directory does not exist or is not writable");
            throw;
        }
    }

    /// <summary>Hash of the newest entry, to be kept elsewhere: only with it a cut at the end can be noticed.</summary>
    public string Head { get { lock (_turn) return Convert.ToHexStringLower(_head); } }

    /// <inheritdoc/>
    public void Append(AuditEvent entry)
    {
        lock (_turn)
        {
            if (_ended) throw new AuditLogException($"{_path}: the audit log is closed, or could not be written before");
            var (line, hash) = AuditLine.Write(_sequence, _clock.GetUtcNow(), entry, _head, _key);
            try
            {
                _file.Write([.. line, (byte)'\n']);
                _file.Flush(flushToDisk: true);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                _ended = true;
                throw new AuditLogException($"{_path}: the audit log cannot be written ({error.GetType().Name}); make room on the disk and start the process again");
            }
            (_sequence, _head) = (_sequence + 1, hash);
        }
    }

    /// <summary>Writes the closing entry, where the log can still be written.</summary>
    public void Dispose()
    {
        lock (_turn)
        {
            try
            {
                if (!_ended) Append(new LogClosed());
            }
            catch (AuditLogException)
            {
                // A log that does not end with "closed" says so itself.
            }
            _ended = true;
            _file.Dispose();
            _alone.Dispose();
            _key.Dispose();
        }
    }

    private static FileStream OpenFile(string path, FileShare share)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}
