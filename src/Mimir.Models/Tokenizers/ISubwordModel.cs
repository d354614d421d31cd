namespace Mimir.Models.Tokenizers;

/// <summary>The "model" of a tokenizer: from one word to tokens.</summary>
internal interface ISubwordModel
{
    /// <summary>All tokens with their ids.</summary>
    IReadOnlyDictionary<string, int> Ids { get; }

    /// <summary>Whether every character has a token or a fallback; a byte-level text only has the 256 characters of the alphabet.</summary>
    bool CoversEverything(bool byteLevel);

    /// <summary>Appends the tokens of one word (text that is encoded as a whole) to <paramref name="output"/>.</summary>
    void Encode(string word, List<int> output);
}
