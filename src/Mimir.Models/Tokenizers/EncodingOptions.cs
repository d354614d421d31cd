namespace Mimir.Models.Tokenizers;

/// <summary>How a text becomes tokens.</summary>
public sealed record EncodingOptions
{
    /// <summary>Writes the tokens that the model expects around a text (BOS). False for text that a chat template wrote, which has its own.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>
    /// The parts of the text in which nothing is a control token, because strangers wrote them: a token that is special, or named in
    /// <see cref="Markup"/>, is recognised only where it touches none of them, and its spelling inside them is ordinary text. In order and
    /// disjoint.
    /// </summary>
    public IReadOnlyList<TextSpan> PlainSpans { get; init; } = [];

    /// <summary>Added tokens that are not marked special and yet are control tokens here, as a chat template uses them: null for none.</summary>
    public Predicate<string>? Markup { get; init; }
}
