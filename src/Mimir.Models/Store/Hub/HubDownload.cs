using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Mimir.Models.Store.Hub;

/// <summary>
/// Fetches one file into FILE.partial, going on where an earlier attempt stopped as long as the server's tag is the same, compares its checksum with the one that
/// the endpoint promised, and only then gives it its name.
/// </summary>
internal sealed class HubDownload(HubClient client, HubRevision revision, HubFile file, string directory, Action<long> done)
{
    private const int MostRestarts = 3;
    private readonly string _path = Path.Combine(directory, file.Name);

    private string Partial => _path + ".partial";

    private string TagFile => _path + ".etag";

    /// <summary>Bytes that are there already.</summary>
    public long Present => File.Exists(_path) ? file.Bytes : File.Exists(Partial) ? Math.Min(file.Bytes, new FileInfo(Partial).Length) : 0;

    /// <exception cref="HubException">Refused, unreachable, or not what was promised.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (File.Exists(_path)) return;
        for (var wrong = 0; !await client.RetryAsync(progress => AttemptAsync(progress, cancellation), cancellation);)
            if (++wrong == MostRestarts) throw Wrong();
        File.Move(Partial, _path);
        File.Delete(TagFile);
    }

    /// <summary>True when the file is complete and right; false when parts of several attempts do not fit together, so that it must begin anew.</summary>
    private async Task<bool> AttemptAsync(Action progress, CancellationToken cancellation)
    {
        var start = Start();
        if (start < file.Bytes || start == 0) start = await FetchAsync(start, progress, cancellation);
        if (await IsRightAsync(cancellation)) return true;
        Restart();
        if (start > 0) return false;
        throw Wrong();
    }

    private HubException Wrong() =>
        new(HubRefusal.Untrustworthy, $"{revision.Name}: {file.Name} does not have the checksum that {client.Options.Endpoint} promised; it was deleted");

    /// <summary>Where to go on; 0 when what is there cannot be trusted to be a beginning.</summary>
    private long Start()
    {
        if (!File.Exists(Partial)) return 0;
        var length = new FileInfo(Partial).Length;
        if (length <= file.Bytes && Tag() is not null) return length;
        Restart();
        return 0;
    }

    private EntityTagHeaderValue? Tag() => File.Exists(TagFile) && EntityTagHeaderValue.TryParse(File.ReadAllText(TagFile), out var tag) && !tag.IsWeak ? tag : null;

    private void Restart()
    {
        if (File.Exists(Partial)) done(-Math.Min(file.Bytes, new FileInfo(Partial).Length));
        File.Delete(Partial);
        File.Delete(TagFile);
    }

    /// <summary>Fetches the rest; the byte from which it really began.</summary>
    private async Task<long> FetchAsync(long start, Action progress, CancellationToken cancellation)
    {
        using var response = await client.OpenAsync(revision, file.Name, start, Tag(), cancellation);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            Restart();
            throw new IOException("it refuses to go on in the middle");
        }
        if (response.StatusCode == HttpStatusCode.PartialContent)
        {
            if (response.Content.Headers.ContentRange is not { } range || range.From != start || (range.Length is { } length && length != file.Bytes))
            {
                Restart();
                throw new IOException("it goes on at another place than it was asked for");
            }
        }
        else if (start > 0)
        {
            // The file has changed, or the server knows no ranges.
            Restart();
            start = 0;
        }
        if (start == 0 && response.Headers.ETag is { IsWeak: false } tag) await File.WriteAllTextAsync(TagFile, tag.ToString(), cancellation);
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        await using var stream = new FileStream(Partial, start == 0 ? FileMode.Create : FileMode.Append, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
        var (buffer, position) = (new byte[1 << 18], start);
        for (int read; (read = await client.ReadAsync(body, buffer, cancellation)) > 0;)
        {
            position += read;
            if (position > file.Bytes) throw new HubException(HubRefusal.Untrustworthy, $"{revision.Name}: {file.Name} is longer than the {file.Bytes} bytes that {client.Options.Endpoint} promised");
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellation);
            done(read);
            progress();
        }
        return position == file.Bytes ? start : throw new IOException($"the connection broke off after {position} of {file.Bytes} bytes");
    }

    private async Task<bool> IsRightAsync(CancellationToken cancellation)
    {
        // Git names small files by SHA-1; that they are the ones of this commit is all it can say, and all that is asked of it.
#pragma warning disable CA5350
        using var hash = IncrementalHash.CreateHash(file.Sha256 is null ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
#pragma warning restore CA5350
        if (file.Sha256 is null) hash.AppendData(Encoding.ASCII.GetBytes($"blob {file.Bytes}\0"));
        await ModelFile.HashAsync(Partial, hash, _ => { }, cancellation);
        return Convert.ToHexStringLower(hash.GetHashAndReset()) == (file.Sha256 ?? file.BlobSha1);
    }
}
