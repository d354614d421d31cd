using Microsoft.ML.Tokenizers;

namespace Mimir.Models.Tokenizers;

/// <summary>
/// A SentencePiece tokenizer.model. Encoding is Microsoft.ML.Tokenizers'; special tokens written out in a text are cut out first, and
/// each piece between them is encoded on its own, as Hugging Face's Llama tokenizer does.
/// </summary>
internal sealed class SentencePieceModelTokenizer : ITokenizer
{
    private const long MaxBytes = 100_000_000;
    private readonly SentencePieceTokenizer _model;
    private readonly TokenTable _table;
    private readonly AddedTokenSplitter _splitter;

    private SentencePieceModelTokenizer(SentencePieceTokenizer model, bool addsBos, IReadOnlyList<int> eosIds)
    {
        _model = model;
        AddedToken[] special = [.. new[] { model.UnknownId, model.BeginningOfSentenceId, model.EndOfSentenceId }
            .Zip([model.UnknownToken, model.BeginningOfSentenceToken, model.EndOfSentenceToken], (id, token) => (id, token))
            .Where(t => t.id >= 0 && !string.IsNullOrEmpty(t.token)).Select(t => new AddedToken(t.id, t.token, false, false, true))];
        _splitter = new AddedTokenSplitter(special);
        _table = new TokenTable(model.Vocabulary, special, new TokenBytes());
        BosId = addsBos ? model.BeginningOfSentenceId : null;
        EosIds = eosIds.Count > 0 || model.EndOfSentenceId < 0 ? eosIds : [model.EndOfSentenceId];
    }

    /// <inheritdoc/>
    public int Count => _table.Count;

    /// <inheritdoc/>
    public int? BosId { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> EosIds { get; }

    /// <inheritdoc/>
    public bool StripsFirstSpace => true;

    /// <summary>Reads <paramref name="path"/>.</summary>
    /// <exception cref="ModelFormatException">Missing, damaged, or not a model with bytes and a leading space, as Llama's is.</exception>
    public static SentencePieceModelTokenizer Open(string path, bool addsBos, IReadOnlyList<int> eosIds)
    {
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > MaxBytes) throw new ModelFormatException(path, $"{stream.Length} bytes, more than the {MaxBytes} allowed for a tokenizer");
            var model = LlamaTokenizer.Create(stream, addBeginOfSentence: false, addEndOfSentence: false);
            if (!model.ByteFallback || !model.AddDummyPrefix || !model.EscapeWhiteSpaces)
                throw new ModelFormatException(path, "is not a Llama-style SentencePiece model (byte_fallback, add_dummy_prefix); use a tokenizer.json");
            if (addsBos && model.BeginningOfSentenceId < 0) throw new ModelFormatException(path, "has no begin-of-sentence token, which tokenizer_config.json asks for");
            if (model.Vocabulary.Values.Any(id => id is < 0 or >= TokenTable.MaxCount)) throw new ModelFormatException(path, "has token ids out of range; download it again");
            if (!HasAllBytes(model)) throw new ModelFormatException(path, "does not hold the 256 byte tokens in order; download it again");
            return new SentencePieceModelTokenizer(model, addsBos, eosIds);
        }
        // The parser of a third party meets hostile bytes here, and any failure of it means the same to the user.
        catch (Exception e) when (e is not ModelFormatException and not OutOfMemoryException)
        {
            throw new ModelFormatException(path, e is FileNotFoundException ? "file not found" : "is not a SentencePiece model that can be read; download it again", e);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(string text, EncodingOptions options)
    {
        UnicodeText.RequireValid(text);
        var ids = new List<int>();
        if (options.AddSpecialTokens && BosId is { } bos) ids.Add(bos);
        foreach (var (piece, token) in _splitter.Split(text, options))
        {
            if (token is not null) ids.Add(token.Id);
            else ids.AddRange(_model.EncodeToIds(piece!, addBeginningOfSentence: false, addEndOfSentence: false));
        }
        return ids;
    }

    /// <inheritdoc/>
    public bool SpellsControlToken(string text, EncodingOptions options) => _splitter.PassesBy(text, options);

    /// <inheritdoc/>
    public string Decode(IEnumerable<int> ids) => _table.Decode(ids);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> BytesOf(int id) => _table.BytesOf(id);

    // The library computes a byte's id from that of byte 0 and does not check that it exists.
    private static bool HasAllBytes(SentencePieceTokenizer model) =>
        model.Vocabulary.TryGetValue("<0x00>", out var first)
        && Enumerable.Range(0, 256).All(b => model.Vocabulary.TryGetValue($"<0x{b:X2}>", out var id) && id == first + b);
}
