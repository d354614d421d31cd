using System.Text.RegularExpressions;

namespace Mimir.Models.Tokenizers;

/// <summary>
/// A tokenizer.json of type BPE: added tokens are cut out, the rest is normalised, cut into words, and each word merged. Covers
/// SentencePiece-style files (Llama, Mistral) and byte-level ones (GPT-2, Llama 3).
/// </summary>
/// <remarks>Added tokens are looked for in the text as it was written, whether or not they are marked "normalized".</remarks>
internal sealed class BytePairTokenizer : ITokenizer
{
    private readonly TokenizerJson _parts;
    private readonly TokenTable _table;
    private readonly AddedTokenSplitter _splitter;

    /// <summary>Puts the parts of a file together.</summary>
    public BytePairTokenizer(TokenizerJson parts, IReadOnlyList<int> eosIds)
    {
        (_parts, EosIds) = (parts, eosIds);
        _table = new TokenTable(parts.Vocabulary.Ids, parts.Added, parts.Bytes);
        _splitter = new AddedTokenSplitter(parts.Added);
    }

    /// <inheritdoc/>
    public int Count => _table.Count;

    /// <inheritdoc/>
    public int? BosId => _parts.Prefix.Count > 0 ? _parts.Prefix[0] : null;

    /// <inheritdoc/>
    public IReadOnlyList<int> EosIds { get; }

    /// <inheritdoc/>
    public bool StripsFirstSpace => _parts.Bytes.StripsFirstSpace;

    /// <inheritdoc/>
    /// <exception cref="ModelFormatException">The file's pattern takes too long on this text.</exception>
    public IReadOnlyList<int> Encode(string text, EncodingOptions options)
    {
        UnicodeText.RequireValid(text);
        var (ids, first) = (new List<int>(options.AddSpecialTokens ? _parts.Prefix : []), true);
        try
        {
            foreach (var (piece, token) in _splitter.Split(text, options))
            {
                if (token is not null) ids.Add(token.Id);
                else
                    foreach (var word in _parts.Words.Split(_parts.Normalize(piece!), first)) _parts.Vocabulary.Encode(word, ids);
                first = false;
            }
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new ModelFormatException(_parts.Path, "its pattern takes too long on this text; use the tokenizer that the model was published with", e);
        }
        if (options.AddSpecialTokens) ids.AddRange(_parts.Suffix);
        return ids;
    }

    /// <inheritdoc/>
    public bool SpellsControlToken(string text, EncodingOptions options) => _splitter.PassesBy(text, options);

    /// <inheritdoc/>
    public string Decode(IEnumerable<int> ids) => _table.Decode(ids);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> BytesOf(int id) => _table.BytesOf(id);
}
