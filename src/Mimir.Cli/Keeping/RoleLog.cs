using System.Globalization;
using System.Text;

namespace Mimir.Cli.Keeping;

/// <summary>
/// One role's log: lines with their time, in a file of at most <see cref="LargestFile"/> bytes and the one before it. Safe for several writers in this process.
/// </summary>
internal sealed class RoleLog(string directory, string name, TimeProvider clock)
{
    /// <summary>Bytes after which a new file is begun.</summary>
    public const int LargestFile = 1 << 20;

    private const int LongestLine = 4096;
    private readonly Lock _lock = new();

    /// <summary>The file that is written.</summary>
    public string File { get; } = Path.Combine(directory, name + ".log");

    /// <summary>The file before it.</summary>
    public string Older => File + ".1";

    /// <summary>One line. That the disk is full, or the directory gone, ends no cluster.</summary>
    public void Write(string line)
    {
        var text = line.Length > LongestLine ? line[..LongestLine] + "…" : line;
        var bytes = Encoding.UTF8.GetBytes($"{LogLine.Stamp(clock.GetUtcNow())} {string.Concat(text.Select(c => char.IsControl(c) && c != '\t' ? ' ' : c))}\n");
        lock (_lock)
        {
            try
            {
                if (System.IO.File.Exists(File) && new FileInfo(File).Length + bytes.Length > LargestFile) System.IO.File.Move(File, Older, overwrite: true);
                using var stream = new FileStream(File, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
                stream.Write(bytes);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // There is no other place to say so.
            }
        }
    }
}

/// <summary>A line of a log.</summary>
/// <param name="Source">Whose.</param>
/// <param name="Text">Time and text as they stand.</param>
internal readonly record struct LogLine(string Source, string Text)
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>A time as lines begin with it: the order of the text is the order in time.</summary>
    public static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);
}
