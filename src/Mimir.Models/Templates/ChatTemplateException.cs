namespace Mimir.Models.Templates;

/// <summary>
/// A chat template cannot be understood, or cannot be rendered for these messages. The message is one line for the user and holds
/// nothing of the conversation.
/// </summary>
public sealed class ChatTemplateException : Exception
{
    /// <summary>"chat template, line N: <paramref name="problem"/>".</summary>
    /// <param name="problem">What is wrong.</param>
    /// <param name="line">Where in the template, from 1; null when no line is to blame.</param>
    /// <param name="refusedByTemplate">The template itself refused, by raise_exception.</param>
    /// <param name="inner">The cause, for logs.</param>
    public ChatTemplateException(string problem, int? line = null, bool refusedByTemplate = false, Exception? inner = null)
        : base($"chat template{(line is { } n ? $", line {n}" : "")}: {Printable.OneLine(problem, 600)}", inner) =>
        (Line, RefusedByTemplate) = (line, refusedByTemplate);

    /// <summary>Line of the template, from 1.</summary>
    public int? Line { get; }

    /// <summary>The template refused the conversation by raise_exception (for example: roles do not alternate). The caller's messages are to blame.</summary>
    public bool RefusedByTemplate { get; }
}
