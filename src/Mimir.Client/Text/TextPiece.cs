using Mimir.Client.Sampling;

namespace Mimir.Client.Text;

/// <summary>A piece of generated text that will not change: whole characters, in order.</summary>
/// <param name="Text">May be empty: a token that completes no character.</param>
/// <param name="Token">The token that completed it; null for what was left at the end.</param>
public readonly record struct TextPiece(string Text, int? Token)
{
    /// <summary>How likely the token was, where that was asked for.</summary>
    public TokenLogProbs? LogProbs { get; init; }
}
