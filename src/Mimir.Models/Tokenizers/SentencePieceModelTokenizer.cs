using Mimir.Models.Tokenizers.Normalization;

namespace Mimir.Models.Tokenizers;

/// <summary>
/// A SentencePiece tokenizer.model, of byte pairs or unigram. Control tokens written out in a text are cut out first, and each piece between
/// them is encoded on its own, with its own space before it, as Hugging Face's Llama tokenizer does; so are user-defined pieces, behind which no
/// space is written.
/// </summary>
internal sealed class SentencePieceModelTokenizer : ITokenizer
{
    private const long MaxBytes = 100_000_000;
    private readonly SentencePieceFile _file;
    private readonly ISubwordModel _model;
    private readonly CharacterMap? _characters;
    private readonly TokenTable _table;
    private readonly AddedTokenSplitter _splitter;

    private SentencePieceModelTokenizer(SentencePieceFile file, string path, bool addsBos, IReadOnlyList<int> eosIds)
    {
        _file = file;
        var unknown = file.Pieces.FindIndex(p => p.Kind == PieceKind.Unknown);
        if (unknown < 0) throw new ModelFormatException(path, "has no unknown piece; download it again");
        if (file.Pieces.Exists(p => p.Kind == PieceKind.Unused)) throw new ModelFormatException(path, "has unused pieces (type 5), which Mimir does not know");
        var pieces = file.Pieces.Select(p => (p.Text, (double)p.Score, p.Kind == PieceKind.Normal));
        _model = file.IsUnigram ? new UnigramVocabulary(pieces, unknown, file.ByteFallback, path) : new ScoredMerger(pieces, unknown, file.ByteFallback, path);
        if (file.CharacterMap.Length > 0) _characters = Map(file.CharacterMap, path);
        AddedToken[] added = [.. file.Pieces.Select((piece, id) => (piece, id)).Where(p => p.piece.Text.Length > 0).Select(p => p.piece.Kind switch
        {
            PieceKind.Unknown or PieceKind.Control => AddedToken.Control(p.id, p.piece.Text),
            PieceKind.UserDefined => new AddedToken(p.id, p.piece.Text, false, false, false, false, false),
            _ => null,
        }).OfType<AddedToken>()];
        // A piece's visible spaces are spaces in a text.
        _splitter = new AddedTokenSplitter(added.Select(a => (a.Special ? a.Content : a.Content.Replace('\u2581', ' '), a)));
        _table = new TokenTable(_model.Ids, added, new TokenBytes(file.AddDummyPrefix));
        BosId = addsBos ? ControlId("<s>", "<bos>") ?? throw new ModelFormatException(path, "has no begin-of-sentence token, which tokenizer_config.json asks for") : null;
        EosIds = eosIds.Count > 0 || ControlId("</s>", "<eos>") is not { } eos ? eosIds : [eos];
    }

    /// <inheritdoc/>
    public int Count => _table.Count;

    /// <inheritdoc/>
    public int? BosId { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> EosIds { get; }

    /// <inheritdoc/>
    public bool StripsFirstSpace => _file.AddDummyPrefix;

    /// <summary>Reads <paramref name="path"/>.</summary>
    /// <exception cref="ModelFormatException">Missing, damaged, or of a kind that Mimir does not reproduce exactly; names it.</exception>
    public static SentencePieceModelTokenizer Open(string path, bool addsBos, IReadOnlyList<int> eosIds)
    {
        byte[] bytes;
        try
        {
            var length = new FileInfo(path).Length;
            if (length > MaxBytes) throw new ModelFormatException(path, $"{length} bytes, more than the {MaxBytes} allowed for a tokenizer");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(path, e is FileNotFoundException ? "file not found" : $"cannot be read ({e.GetType().Name})", e);
        }
        return new SentencePieceModelTokenizer(new SentencePieceFile(bytes, path), path, addsBos, eosIds);
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(string text, EncodingOptions options)
    {
        UnicodeText.RequireValid(text);
        var (ids, prefixed) = (new List<int>(), true);
        if (options.AddSpecialTokens && BosId is { } bos) ids.Add(bos);
        foreach (var (piece, token) in _splitter.Split(text, (token, start, end) => ControlTokens.Allowed(token, start, end, options)))
        {
            if (token is not null) ids.Add(token.Id);
            else _model.Encode(Normalize(piece!, prefixed), ids);
            prefixed = token is { Special: true };
        }
        return ids;
    }

    /// <inheritdoc/>
    public bool SpellsControlToken(string text, EncodingOptions options) => ControlTokens.Spelled(_splitter, text, options);

    /// <inheritdoc/>
    public string Decode(IEnumerable<int> ids) => _table.Decode(ids);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> BytesOf(int id) => _table.BytesOf(id);

    private string Normalize(string text, bool prefixed)
    {
        if (_characters is not null) text = _characters.Apply(text);
        if (_file.RemoveExtraSpaces) text = TextNormalizer.CollapseSpaces(text);
        if (_file.AddDummyPrefix && prefixed && text.Length > 0) text = " " + text;
        return text.Replace(' ', '\u2581');
    }

    private int? ControlId(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (_model.Ids.TryGetValue(name, out var id) && _file.Pieces[id].Kind == PieceKind.Control) return id;
        return null;
    }

    private static CharacterMap Map(byte[] map, string path)
    {
        try
        {
            return new CharacterMap(map);
        }
        catch (FormatException e)
        {
            throw new ModelFormatException(path, "its precompiled_charsmap is damaged; download it again", e);
        }
    }
}
