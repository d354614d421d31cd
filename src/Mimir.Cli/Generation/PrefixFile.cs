using System.Text.Json;
using Mimir.Trust;

namespace Mimir.Cli.Generation;

/// <summary>
/// What a data owner remembers of its last session: which rows the parties keep, and of which tokens. It holds prompt text: only its owner may read it.
/// </summary>
/// <param name="Session">The session that left the rows, 32 hexadecimal digits.</param>
/// <param name="Layout">Digest of the model's layout.</param>
/// <param name="Tokens">What the rows stand for.</param>
internal sealed record PrefixFile(string Session, string Layout, IReadOnlyList<int> Tokens)
{
    private const int MostBytes = 1 << 22;

    /// <summary>The file's content, or null when there is no file.</summary>
    /// <exception cref="UsageException">It cannot be used; says why.</exception>
    public static PrefixFile? Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) return null;
            var kept = file.Length > MostBytes ? null : JsonSerializer.Deserialize<PrefixFile>(File.ReadAllBytes(path));
            if (kept is { Session.Length: 2 * SessionId.Size, Layout: not null, Tokens.Count: > 0 } && kept.Session.All(char.IsAsciiHexDigit)) return kept;
        }
        catch (JsonException)
        {
            // Answered below.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: {error.Message}");
        }
        throw new UsageException($"{path} does not hold what --prefix-cache wrote; name another file");
    }

    /// <summary>How many rows the prompt <paramref name="tokens"/> can begin with: at least one token of it is computed.</summary>
    public int Reusable(IReadOnlyList<int> tokens, string layout)
    {
        if (layout != Layout) return 0;
        var rows = 0;
        while (rows < Tokens.Count && rows < tokens.Count - 1 && Tokens[rows] == tokens[rows]) rows++;
        return rows;
    }

    /// <summary>Writes the file, readable by its owner only.</summary>
    public void Write(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(path, options);
        JsonSerializer.Serialize(stream, this);
    }
}
