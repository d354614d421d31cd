namespace Mimir.Models;

/// <summary>
/// A model file is missing, damaged, hostile or of a kind that Mimir does not run. The message is one line for the user: which file,
/// what is wrong with it, and what to do.
/// </summary>
public sealed class ModelFormatException : Exception
{
    /// <summary>"<paramref name="source"/>: <paramref name="problem"/>".</summary>
    /// <param name="source">The file or the message that was read.</param>
    /// <param name="problem">What is wrong and what to do, without a final line break.</param>
    /// <param name="inner">The cause, for logs.</param>
    public ModelFormatException(string source, string problem, Exception? inner = null)
        : base($"{Printable.OneLine(source, 400)}: {Printable.OneLine(problem, 600)}", inner)
    {
    }
}
