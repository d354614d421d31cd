using Mimir.Client;

namespace Mimir.Cli.Demo;

/// <summary>What `mimir demo` is asked to do.</summary>
public sealed record DemoOptions
{
    /// <summary>The model's directory.</summary>
    public required string Model { get; init; }

    /// <summary>Text before the prompt that everybody may know.</summary>
    public string? PublicText { get; init; }

    /// <summary>The prompt's segments and their owners, in order.</summary>
    public required IReadOnlyList<(string Owner, string Text)> Segments { get; init; }

    /// <summary>Who receives the tokens.</summary>
    public required IReadOnlyList<string> Receivers { get; init; }

    /// <summary>How to generate.</summary>
    public required GenerationOptions Generation { get; init; }

    /// <summary>The text ends before the first of these.</summary>
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>One JSON object instead of text.</summary>
    public bool Json { get; init; }

    /// <summary>The children's logs on standard error.</summary>
    public bool Verbose { get; init; }

    /// <summary>The first data owner: this process is its client.</summary>
    public string Self => Segments[0].Owner;
}
