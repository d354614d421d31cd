using Mimir.Client.Sampling;
using Mimir.Models.Folding;
using Mimir.Spdz.Sessions;
using Mimir.Transport.Protos;

namespace Mimir.Client;

/// <summary>What one data owner brings to a session and expects of it.</summary>
public sealed record ClientTask
{
    /// <summary>The terms it agreed to: a session with others is refused before anything is sent.</summary>
    public required SessionTerms Terms { get; init; }

    /// <summary>Its own prompt segments by number.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<int>> Segments { get; init; } = new Dictionary<int, IReadOnlyList<int>>();

    /// <summary>What the rows that the session reuses stand for: the text before the segments.</summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];

    /// <summary>How the model's weights are shared; the terms' layout digest says the same.</summary>
    public WeightTerms Weights { get; init; } = WeightTerms.Secret;

    /// <summary>Number of tokens of the model.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Tokens at which it asks to stop; they are not passed on.</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>Guesses tokens ahead, in a session that speculates; nobody: guesses that are hardly ever right.</summary>
    public IDrafter? Drafter { get; init; }

    /// <summary>Told every token that it is granted, as it comes.</summary>
    public Action<int> OnToken { get; init; } = _ => { };

    /// <summary>
    /// It asks to stop after a multiple of so many outputs only: everybody sees when it does. 1: as soon as the text has ended, which shows where.
    /// </summary>
    public int StopBucket { get; init; } = 1;

    /// <summary>What it does with logits, in a session that gives them to it.</summary>
    public OwnerSampling Owner { get; init; } = OwnerSampling.None;

    /// <summary>Told, before each token, how likely it was, where <see cref="OwnerSampling.TopLogProbs"/> asks for it.</summary>
    public Action<TokenLogProbs> OnLogProbs { get; init; } = _ => { };

    /// <summary>Asked after every token: false lets the session end early, as an end token does.</summary>
    public Func<bool> WantsMore { get; init; } = () => true;

    /// <summary>Told how far the session is: positions done, of how many. At most twice a second.</summary>
    public Action<int, int> OnProgress { get; init; } = (_, _) => { };
}
