using System.Security.Cryptography;

namespace Mimir.Trust.Audit;

/// <summary>
/// Examines a log from its first line: form, hash, chain and signature of every entry. What it cannot notice: a cut at the end, unless the hash
/// of a later entry is known from elsewhere; and a log that the holder of the signing key wrote anew.
/// </summary>
public sealed class AuditVerifier
{
    private readonly AuditSigners _signers;
    private readonly string? _wanted;
    private ECDsa? _signer;
    private string? _writer;
    private byte[] _head = AuditLine.Genesis;
    private long _entries;
    private bool _closed;
    private bool _found;

    private AuditVerifier(AuditSigners signers, string? wanted) => (_signers, _wanted, _found) = (signers, wanted, wanted is null);

    /// <summary>Examines a log.</summary>
    /// <param name="path">The log.</param>
    /// <param name="signers">Whose signatures count.</param>
    /// <param name="head">Hash (hexadecimal) of an entry that must be there; null: none.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static AuditReport Verify(string path, AuditSigners signers, string? head = null)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var verifier = new AuditVerifier(signers, head);
        try
        {
            return verifier.Run(file);
        }
        finally
        {
            verifier._signer?.Dispose();
        }
    }

    private AuditReport Run(Stream file)
    {
        // What is no entry may be the work of a crash: the entry that marks it must come next, and name its digest.
        using var tear = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (line, tearStart, tearLength, tears) = (0L, 0L, 0L, 0);
        var tearFault = AuditFault.Altered;
        foreach (var (bytes, ended) in AuditLines.Read(file))
        {
            line++;
            var read = ended ? AuditLine.Read(bytes) : null;
            if (tearLength == 0 && read is not null)
            {
                if ((Marks(read.Entry) ? AuditFault.BrokenChain : Take(read)) is { } fault) return Report(tears, line, fault);
                continue;
            }
            if (tearLength > 0 && read is not null && IsMark(read.Entry, tear, tearLength) && Take(read) is null)
            {
                tear.GetHashAndReset();
                (tearLength, tears) = (0, tears + 1);
                continue;
            }
            if (tearLength == 0) (tearStart, tearFault) = (line, ended ? AuditFault.Altered : AuditFault.Torn);
            tear.AppendData(bytes);
            if (ended) tear.AppendData("\n"u8);
            tearLength += bytes.Length + (ended ? 1 : 0);
            if (tearLength > AuditLog.LongestTear + AuditLine.Longest) break;
        }
        if (tearLength > 0) return Report(tears, tearStart, tearFault);
        if (_entries == 0) return Report(tears, 1, AuditFault.NoSigner);
        return _found ? Report(tears, null, null) : Report(tears, line, AuditFault.HeadMissing);
    }

    /// <summary>Whether it says that bytes before it are no entries; then they must be there.</summary>
    private static bool Marks(AuditEntry entry) => entry.Fields.Any(f => f.Name == "torn_bytes");

    private static bool IsMark(AuditEntry entry, IncrementalHash tear, long length) =>
        entry.Kind == LogOpened.Name && entry.Fields.Any(f => f is { Name: "torn_bytes", Value: long bytes } && bytes == length)
        && entry.Text("torn_sha256") == Convert.ToHexStringLower(tear.GetCurrentHash());

    /// <summary>Takes the next entry, or says what is wrong with it.</summary>
    private AuditFault? Take(AuditLine line)
    {
        if (line.Entry.Sequence != _entries || !line.Previous.AsSpan().SequenceEqual(_head)) return AuditFault.BrokenChain;
        if (line.Entry.Kind == LogOpened.Name)
        {
            if (_signers.Accept(line.Entry) is not { } key) return AuditFault.UntrustedSigner;
            _signer?.Dispose();
            _signer = key;
            if ((_writer ??= line.Entry.Text("writer")) != line.Entry.Text("writer")) return AuditFault.UntrustedSigner;
        }
        if (_signer is null) return AuditFault.NoSigner;
        if (!_signer.VerifyHash(line.Hash, line.Signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)) return AuditFault.WrongSignature;
        (_head, _closed) = (line.Hash, line.Entry.Kind == LogClosed.Name);
        _entries++;
        _found |= Convert.ToHexStringLower(_head) == _wanted;
        return null;
    }

    private AuditReport Report(int tears, long? bad, AuditFault? fault) =>
        new(_entries, _writer, Convert.ToHexStringLower(_head), _closed && fault is null, tears, bad, fault);
}
