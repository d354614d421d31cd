using Mimir.Client.Sampling;

namespace Mimir.Client;

/// <summary>What a client got out of a session.</summary>
/// <param name="Tokens">Granted to this client; empty for an owner that receives none.</param>
/// <param name="FirstToken">From the start of the session to the first token.</param>
/// <param name="Generating">From the first token to the last one.</param>
/// <param name="Leakage">What the session revealed to whom.</param>
public sealed record GenerationResult(IReadOnlyList<int> Tokens, TimeSpan FirstToken, TimeSpan Generating, IReadOnlyList<string> Leakage)
{
    /// <summary>How likely each token was, where that was asked for.</summary>
    public IReadOnlyList<TokenLogProbs> LogProbs { get; init; } = [];

    /// <summary>Tokens per second once the prompt is through; counts the first token's own step when there is only one.</summary>
    public double TokensPerSecond => Tokens.Count switch
    {
        0 => 0,
        1 => FirstToken > TimeSpan.Zero ? 1 / FirstToken.TotalSeconds : 0,
        _ => Generating > TimeSpan.Zero ? (Tokens.Count - 1) / Generating.TotalSeconds : 0,
    };
}
