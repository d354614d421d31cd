using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Mimir.Models.Files;

namespace Mimir.Models.Tokenizers;

/// <summary>
/// The "model" of a tokenizer.json of type BPE: tokens, merges, and what happens to characters without a token. Checked at load so that
/// no character of any text can be lost.
/// </summary>
internal sealed class BytePairVocabulary : ISubwordModel
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly BytePairMerger _merger;
    private readonly int[]? _bytes;
    private readonly int? _unknown;
    private readonly bool _fuseUnknown, _ignoreMerges;
    private readonly string _prefix, _suffix;

    /// <exception cref="ModelFormatException">Not a vocabulary that Mimir can use exactly.</exception>
    public BytePairVocabulary(JsonFields model)
    {
        if (model.Number("dropout", 0, 1, 0) != 0) throw model.Error("dropout", model.Require("dropout"), "no dropout");
        var vocabulary = model.Object("vocab") ?? throw model.Error("key 'vocab' is missing");
        var used = new HashSet<int>();
        foreach (var (token, value) in vocabulary.All())
        {
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var id) || id is < 0 or >= TokenTable.MaxCount || !used.Add(id))
                throw vocabulary.Error(token, value, "a token id of its own");
            _ids.Add(token, id);
        }
        _lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        (_prefix, _suffix) = (Affix(model, "continuing_subword_prefix"), Affix(model, "end_of_word_suffix"));
        _merger = new BytePairMerger(BytePairMerges.Read(model, _ids, _prefix));
        (_fuseUnknown, _ignoreMerges) = (model.Flag("fuse_unk", false), model.Flag("ignore_merges", false));
        if (model.Text("unk_token") is { } unknown) _unknown = IdOf(model, unknown);
        if (model.Flag("byte_fallback", false)) _bytes = [.. Enumerable.Range(0, 256).Select(b => IdOf(model, $"<0x{b:X2}>"))];
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, int> Ids => _ids;

    /// <inheritdoc/>
    public bool CoversEverything(bool byteLevel) => _bytes is not null || _unknown is not null
        || (byteLevel && _prefix.Length + _suffix.Length == 0 && Enumerable.Range(0, 256).All(b => _ids.ContainsKey(ByteAlphabet.CharacterOf((byte)b).ToString())));

    /// <inheritdoc/>
    public void Encode(string word, List<int> output)
    {
        if (_ignoreMerges && _ids.TryGetValue(word, out var whole))
        {
            output.Add(whole);
            return;
        }
        var (symbols, unknownBefore, at) = (new List<int>(word.Length), false, 0);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in word.EnumerateRunes())
        {
            var length = rune.Utf16SequenceLength;
            var known = Find(word.AsSpan(at, length), at == 0, at + length == word.Length, out var id);
            at += length;
            if (known) symbols.Add(id);
            else if (_bytes is not null)
                foreach (var b in utf8[..rune.EncodeToUtf8(utf8)]) symbols.Add(_bytes[b]);
            else if (_unknown is { } unknown && !(_fuseUnknown && unknownBefore)) symbols.Add(unknown);
            unknownBefore = !known && _bytes is null;
        }
        _merger.Merge(CollectionsMarshal.AsSpan(symbols), output);
    }

    // Inside a word, characters are written with the prefix; the last one of a word with the suffix.
    private bool Find(ReadOnlySpan<char> character, bool first, bool last, out int id)
    {
        var (prefix, suffix) = (first ? "" : _prefix, last ? _suffix : "");
        return prefix.Length + suffix.Length == 0 ? _lookup.TryGetValue(character, out id) : _ids.TryGetValue($"{prefix}{character}{suffix}", out id);
    }

    private static string Affix(JsonFields model, string key)
    {
        const int Most = 16;
        var text = model.Text(key, "")!;
        return text.Length <= Most ? text : throw model.Error(key, model.Require(key), $"at most {Most} characters");
    }

    private int IdOf(JsonFields model, string token) =>
        _ids.TryGetValue(token, out var id) ? id : throw model.Error($"token '{token}' is not in the vocabulary");
}
