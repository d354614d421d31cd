namespace Mimir.Client.Sampling;

/// <summary>How likely a token was to its model, before penalties, temperature and selection.</summary>
/// <param name="Token">The token.</param>
/// <param name="LogProb">ln of its probability.</param>
public readonly record struct TokenLogProb(int Token, double LogProb);

/// <summary>The same of a chosen token, and of the likeliest ones at its place.</summary>
/// <param name="Chosen">The token that the text has.</param>
/// <param name="Top">The likeliest tokens, likeliest first.</param>
public sealed record TokenLogProbs(TokenLogProb Chosen, IReadOnlyList<TokenLogProb> Top);
