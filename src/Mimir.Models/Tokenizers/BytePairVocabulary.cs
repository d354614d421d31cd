using Mimir.Models.Files;

namespace Mimir.Models.Tokenizers;

/// <summary>
/// The "model" of a tokenizer.json of type BPE: tokens, merges, and what happens to characters without a token. Checked at load so that
/// no character of any text can be lost.
/// </summary>
internal sealed class BytePairVocabulary
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly BytePairMerger _merger;
    private readonly int[]? _bytes;
    private readonly int? _unknown;
    private readonly bool _fuseUnknown, _ignoreMerges;

    /// <exception cref="ModelFormatException">Not a vocabulary that Mimir can use exactly.</exception>
    public BytePairVocabulary(JsonFields model)
    {
        RequireSupported(model);
        var vocabulary = model.Object("vocab") ?? throw model.Error("key 'vocab' is missing");
        var used = new HashSet<int>();
        foreach (var (token, value) in vocabulary.All())
        {
            if (value.ValueKind != System.Text.Json.JsonValueKind.Number || !value.TryGetInt32(out var id) || id is < 0 or >= TokenTable.MaxCount || !used.Add(id))
                throw vocabulary.Error(token, value, "a token id of its own");
            _ids.Add(token, id);
        }
        _lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _merger = new BytePairMerger(BytePairMerges.Read(model, _ids));
        (_fuseUnknown, _ignoreMerges) = (model.Flag("fuse_unk", false), model.Flag("ignore_merges", false));
        if (model.Text("unk_token") is { } unknown) _unknown = IdOf(model, unknown);
        if (model.Flag("byte_fallback", false)) _bytes = [.. Enumerable.Range(0, 256).Select(b => IdOf(model, $"<0x{b:X2}>"))];
    }

    /// <summary>All tokens with their ids.</summary>
    public IReadOnlyDictionary<string, int> Ids => _ids;

    /// <summary>Whether every character has a token or a fallback; a byte-level text only has the 256 characters of the alphabet.</summary>
    public bool CoversEverything(bool byteLevel) => _bytes is not null || _unknown is not null
        || (byteLevel && Enumerable.Range(0, 256).All(b => _ids.ContainsKey(ByteAlphabet.CharacterOf((byte)b).ToString())));

    /// <summary>Appends the tokens of one word (text that is merged as a whole) to <paramref name="output"/>.</summary>
    public void Encode(string word, List<int> output)
    {
        if (_ignoreMerges && _ids.TryGetValue(word, out var whole))
        {
            output.Add(whole);
            return;
        }
        var (symbols, unknownBefore) = (new List<int>(word.Length), false);
        Span<byte> utf8 = stackalloc byte[4];
        Span<char> characters = stackalloc char[2];
        foreach (var rune in word.EnumerateRunes())
        {
            var known = _lookup.TryGetValue(characters[..rune.EncodeToUtf16(characters)], out var id);
            if (known) symbols.Add(id);
            else if (_bytes is not null)
                foreach (var b in utf8[..rune.EncodeToUtf8(utf8)]) symbols.Add(_bytes[b]);
            else if (_unknown is { } unknown && !(_fuseUnknown && unknownBefore)) symbols.Add(unknown);
            unknownBefore = !known && _bytes is null;
        }
        _merger.Merge(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(symbols), output);
    }

    private int IdOf(JsonFields model, string token) =>
        _ids.TryGetValue(token, out var id) ? id : throw model.Error($"token '{token}' is not in the vocabulary");

    private static void RequireSupported(JsonFields model)
    {
        // Old files have no type; only BPE has merges.
        if (model.Text("type", "BPE") != "BPE") throw model.Error("type", model.Require("type"), "BPE");
        if (model.Number("dropout", 0, 1, 0) != 0) throw model.Error("dropout", model.Require("dropout"), "no dropout");
        foreach (var key in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
            if (!string.IsNullOrEmpty(model.Text(key))) throw model.Error(key, model.Require(key), "null or empty text");
    }
}
