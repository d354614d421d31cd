namespace Mimir.Client.Text;

/// <summary>What a data owner asks of a session of its own: a prompt and how to go on from it.</summary>
public sealed record TextRequest
{
    /// <summary>The prompt's tokens, at least one; <see cref="GenerationOptions.PublicTokens"/> come before them.</summary>
    public required IReadOnlyList<int> Prompt { get; init; }

    /// <summary>How to generate.</summary>
    public GenerationOptions Options { get; init; } = new();
}
