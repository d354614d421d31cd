namespace Mimir.Cli.Chat;

/// <summary>Where a person's lines come from.</summary>
internal interface ILineSource
{
    /// <summary>The next line after <paramref name="prompt"/>, or null at the end.</summary>
    ValueTask<string?> NextAsync(string prompt, CancellationToken cancellation);
}

/// <summary>Lines of a file or pipe; the prompt is not shown.</summary>
internal sealed class PlainLines(TextReader input) : ILineSource
{
    /// <inheritdoc/>
    public ValueTask<string?> NextAsync(string prompt, CancellationToken cancellation) => input.ReadLineAsync(cancellation);
}
