using System.Text;

namespace Mimir.Cli.Keeping;

/// <summary>Reads the logs of a cluster: what is there, and what comes.</summary>
internal sealed class LogReader
{
    private readonly string _directory;
    private readonly Dictionary<string, long> _read = [];
    private readonly string? _only;

    /// <summary>All logs in <paramref name="directory"/>, or that of <paramref name="only"/>.</summary>
    /// <exception cref="UsageException">There is no such log; names those that there are.</exception>
    public LogReader(string directory, string? only)
    {
        (_directory, _only) = (directory, only);
        if (only is not null && !Names.Contains(only))
            throw new UsageException(Names.Count == 0 ? "there are no logs; 'mimir up' starts a cluster" : $"there is no log of '{only}'; there are {string.Join(", ", Names)}");
    }

    /// <summary>Whose logs there are.</summary>
    public IReadOnlyList<string> Names => Directory.Exists(_directory)
        ? [.. Directory.EnumerateFiles(_directory, "*.log").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>The last <paramref name="count"/> lines of all that there is, in order of time.</summary>
    public IReadOnlyList<LogLine> Tail(int count)
    {
        var lines = new List<LogLine>();
        foreach (var name in Chosen)
        {
            var older = PathOf(name) + ".1";
            if (File.Exists(older)) lines.AddRange(Lines(name, older, 0).Lines);
            lines.AddRange(Next(name));
        }
        return [.. lines.OrderBy(l => l.Text, StringComparer.Ordinal).TakeLast(count)];
    }

    /// <summary>What has come since it was asked last.</summary>
    public IReadOnlyList<LogLine> News() => [.. Chosen.SelectMany(Next).OrderBy(l => l.Text, StringComparer.Ordinal)];

    private IEnumerable<string> Chosen => _only is null ? Names : [_only];

    private string PathOf(string name) => Path.Combine(_directory, name + ".log");

    private List<LogLine> Next(string name)
    {
        var path = PathOf(name);
        var from = _read.GetValueOrDefault(name);
        var result = new List<LogLine>();
        if (!File.Exists(path)) return result;
        if (new FileInfo(path).Length < from)
        {
            // A new file was begun: first the rest of the old one.
            if (File.Exists(path + ".1")) result.AddRange(Lines(name, path + ".1", from).Lines);
            from = 0;
        }
        var (lines, end) = Lines(name, path, from);
        result.AddRange(lines);
        _read[name] = end;
        return result;
    }

    /// <summary>Whole lines from <paramref name="from"/> on, and where the next one begins.</summary>
    private static (List<LogLine> Lines, long End) Lines(string name, string path, long from)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Position = Math.Min(from, file.Length);
            var bytes = new byte[Math.Min(file.Length - file.Position, 2L * RoleLog.LargestFile)];
            var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var whole = bytes.AsSpan(0, count).LastIndexOf((byte)'\n') + 1;
            var text = Encoding.UTF8.GetString(bytes, 0, whole);
            return ([.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => new LogLine(name, l))], from + whole);
        }
        catch (IOException)
        {
            return ([], from);
        }
    }
}
