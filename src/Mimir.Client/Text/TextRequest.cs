using Mimir.Client.Sampling;
using Mimir.Trust;

namespace Mimir.Client.Text;

/// <summary>What a data owner asks of a session of its own: a prompt and how to go on from it.</summary>
public sealed record TextRequest
{
    /// <summary>The prompt's tokens, at least one; <see cref="GenerationOptions.PublicTokens"/> come before them.</summary>
    public required IReadOnlyList<int> Prompt { get; init; }

    /// <summary>
    /// This owner's earlier session whose first <see cref="GenerationOptions.ReusedRows"/> rows stand for as many first tokens of <see cref="Prompt"/>; null: none.
    /// </summary>
    public SessionId? PrefixSession { get; init; }

    /// <summary>How to generate.</summary>
    public GenerationOptions Options { get; init; } = new();

    /// <summary>What the request says about sampling; <see cref="SamplingRules.Apply"/> puts it into the options.</summary>
    public SamplingRequest Sampling { get; init; } = new();
}
