using System.Text.RegularExpressions;

namespace Mimir.Models.Tokenizers;

/// <summary>
/// A tokenizer.json: added tokens are cut out, the rest is normalised, cut at the added tokens of normalised text, cut into words, and each word
/// encoded by the model.
/// </summary>
/// <remarks>Control tokens are looked for in the text as it was written, even when they are marked "normalized": so nothing that is normalised can become one.</remarks>
internal sealed class JsonTokenizer : ITokenizer
{
    private readonly TokenizerJson _parts;
    private readonly TokenTable _table;
    private readonly AddedTokenSplitter _written;
    private readonly AddedTokenSplitter? _normalized;

    /// <summary>Puts the parts of a file together.</summary>
    public JsonTokenizer(TokenizerJson parts, IReadOnlyList<int> eosIds)
    {
        (_parts, EosIds) = (parts, eosIds);
        _table = new TokenTable(parts.Model.Ids, parts.Added, parts.Bytes);
        _written = new AddedTokenSplitter(parts.Added.Select(token => (token.Content, token)));
        if (parts.Normalize is { } normalize && parts.Added.Any(IsNormalized))
            _normalized = new AddedTokenSplitter(parts.Added.Where(IsNormalized).Select(token => (normalize(token.Content), token)));
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
            foreach (var (piece, token) in _written.Split(text, (token, start, end) => InWritten(token, options) && ControlTokens.Allowed(token, start, end, options)))
            {
                if (token is not null) ids.Add(token.Id);
                else EncodePiece(_parts.Normalize?.Invoke(piece!) ?? piece!, first, options, ids);
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
    public bool SpellsControlToken(string text, EncodingOptions options) => ControlTokens.Spelled(_written, text, options);

    /// <inheritdoc/>
    public string Decode(IEnumerable<int> ids) => _table.Decode(ids);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> BytesOf(int id) => _table.BytesOf(id);

    private void EncodePiece(string piece, bool first, EncodingOptions options, List<int> ids)
    {
        if (piece.Length == 0) return;
        var parts = _normalized?.Split(piece, (token, _, _) => !InWritten(token, options)) ?? [(piece, null)];
        foreach (var (part, token) in parts)
        {
            if (token is not null) ids.Add(token.Id);
            else
                foreach (var word in _parts.Words.Split(part!, first)) _parts.Model.Encode(word, ids);
            first = false;
        }
    }

    private bool InWritten(AddedToken token, EncodingOptions options) => _normalized is null || !IsNormalized(token) || ControlTokens.IsControl(token, options);

    private static bool IsNormalized(AddedToken token) => token.Normalized && !token.Special;
}
