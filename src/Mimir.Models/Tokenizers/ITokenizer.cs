namespace Mimir.Models.Tokenizers;

/// <summary>Text to token ids and back, exactly as the model was trained. Thread-safe.</summary>
public interface ITokenizer
{
    /// <summary>Largest token id plus one.</summary>
    int Count { get; }

    /// <summary>The token that <see cref="Encode(string)"/> puts first, or null when the model is not given one.</summary>
    int? BosId { get; }

    /// <summary>Tokens that end a generation; may be empty.</summary>
    IReadOnlyList<int> EosIds { get; }

    /// <summary>
    /// The ids of <paramref name="text"/>, with <see cref="BosId"/> first when the model has one. Special tokens written out in the
    /// text ("&lt;/s&gt;") become that token, as in Hugging Face.
    /// </summary>
    /// <exception cref="ArgumentException">The text is not valid Unicode (a lone surrogate).</exception>
    IReadOnlyList<int> Encode(string text) => Encode(text, new EncodingOptions());

    /// <summary>
    /// The ids of <paramref name="text"/>: with or without the tokens that belong around a text, and with parts in which nothing becomes a
    /// control token.
    /// </summary>
    /// <exception cref="ArgumentException">The text is not valid Unicode (a lone surrogate).</exception>
    IReadOnlyList<int> Encode(string text, EncodingOptions options);

    /// <summary>Whether a control token is spelt anywhere that touches a plain span, so that <see cref="Encode(string, EncodingOptions)"/> passed it by.</summary>
    bool SpellsControlToken(string text, EncodingOptions options);

    /// <summary>
    /// The text of <paramref name="ids"/> from the start of a text. Special tokens are left out; bytes that are not UTF-8 become U+FFFD.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative or not below <see cref="Count"/>.</exception>
    string Decode(IEnumerable<int> ids);

    /// <summary>
    /// The UTF-8 bytes that the token stands for inside a text; a token may hold only part of a character. Empty for special tokens.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is negative or not below <see cref="Count"/>.</exception>
    ReadOnlyMemory<byte> BytesOf(int id);

    /// <summary>The encoder writes a space before every text, so the first space of a decoded text is not part of it.</summary>
    bool StripsFirstSpace { get; }
}
