using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Mimir.Models.Files;

namespace Mimir.Models.Tokenizers;

/// <summary>
/// A Unigram model: a word becomes the tokens of the largest sum of scores (log probabilities), found by Viterbi's algorithm over the places
/// between characters; of equal sums, the one whose last token is longer. A character without a token is unknown, at 10 below the lowest score.
/// Unknown characters next to each other become one unknown token, or the bytes of each with byte fallback.
/// Source: Kudo 2018, "Subword Regularization", and unigram_model.cc of google/sentencepiece.
/// </summary>
internal sealed class UnigramVocabulary : ISubwordModel
{
    private const double UnknownPenalty = 10;
    private const int None = -1;

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<double> _scores = [];
    private readonly Dictionary<(int Node, char Character), int> _edges = [];
    private readonly Dictionary<int, int> _tokens = [];
    private readonly int[]? _bytes;
    private readonly int? _unknown;
    private readonly double _unknownScore;

    /// <summary>Tokens in the order of their ids.</summary>
    /// <param name="pieces">Tokens with their scores; those that are no <c>text</c> never match a text.</param>
    /// <param name="unknown">The id for unknown characters, if there is one.</param>
    /// <param name="byteFallback">Unknown characters become their bytes, which have tokens like &lt;0x0A&gt;.</param>
    /// <param name="source">For errors.</param>
    /// <exception cref="ModelFormatException">A token twice, too many, or a byte without a token.</exception>
    public UnigramVocabulary(IEnumerable<(string Token, double Score, bool IsText)> pieces, int? unknown, bool byteFallback, string source)
    {
        foreach (var (token, score, isText) in pieces)
        {
            if (_scores.Count >= TokenTable.MaxCount) throw new ModelFormatException(source, $"more than {TokenTable.MaxCount} tokens");
            if (!_ids.TryAdd(token, _scores.Count)) throw new ModelFormatException(source, $"the token '{Printable.OneLine(token, 40)}' occurs twice");
            if (isText) Enter(token, _scores.Count);
            _scores.Add(score);
        }
        if (unknown is { } id && id >= _scores.Count) throw new ModelFormatException(source, $"its unknown token {id} does not exist");
        (_unknown, _unknownScore) = (unknown, (_scores.Count == 0 ? 0 : _scores.Min()) - UnknownPenalty);
        if (byteFallback)
            _bytes = [.. Enumerable.Range(0, 256).Select(b => _ids.TryGetValue($"<0x{b:X2}>", out var place) ? place : throw new ModelFormatException(source, $"the token <0x{b:X2}> is not in the vocabulary"))];
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, int> Ids => _ids;

    /// <summary>Reads the "model" of a tokenizer.json.</summary>
    /// <exception cref="ModelFormatException">Damaged; names the part.</exception>
    public static UnigramVocabulary Read(JsonFields model)
    {
        model.Require("vocab");
        return new UnigramVocabulary(model.Array("vocab").Select(entry =>
            entry.ValueKind == JsonValueKind.Array && entry.GetArrayLength() == 2 && entry[1].ValueKind == JsonValueKind.Number && entry[1].TryGetDouble(out var score) && double.IsFinite(score)
                ? (model.TextOf(entry[0], "vocab"), score, true) : throw model.Error("vocab", entry, "pairs of a token and its score")),
            model.Find("unk_id") is null ? null : model.Integer("unk_id", 0, TokenTable.MaxCount), model.Flag("byte_fallback", false), model.Source);
    }

    /// <inheritdoc/>
    public bool CoversEverything(bool byteLevel) => _bytes is not null || _unknown is not null
        || (byteLevel && Enumerable.Range(0, 256).All(b => _ids.ContainsKey(ByteAlphabet.CharacterOf((byte)b).ToString())));

    /// <inheritdoc/>
    public void Encode(string word, List<int> output)
    {
        // Per place: the best sum that leads there, where its last token begins, and that token (none: an unknown character).
        var best = new (double Sum, int Start, int Token)[word.Length + 1];
        for (var i = 1; i < best.Length; i++) best[i] = (double.NegativeInfinity, None, None);
        for (var start = 0; start < word.Length;)
        {
            var width = char.IsHighSurrogate(word[start]) ? 2 : 1;
            var single = false;
            for (var (i, node) = (start, 0); i < word.Length && _edges.TryGetValue((node, word[i]), out node); i++)
            {
                if (!_tokens.TryGetValue(node, out var token)) continue;
                single |= i + 1 - start == width;
                var sum = best[start].Sum + _scores[token];
                if (best[i + 1].Start == None || sum > best[i + 1].Sum) best[i + 1] = (sum, start, token);
            }
            if (!single && best[start].Sum + _unknownScore is var unknown && (best[start + width].Start == None || unknown > best[start + width].Sum))
                best[start + width] = (unknown, start, None);
            start += width;
        }
        var (first, last) = (output.Count, None - 1);
        for (var end = word.Length; end > 0; end = best[end].Start)
        {
            var token = best[end].Token;
            if (token != None) output.Add(token);
            else if (_bytes is not null) AppendBytes(word.AsSpan(best[end].Start, end - best[end].Start), output);
            else if (last != None) output.Add(_unknown!.Value);
            last = token;
        }
        CollectionsMarshal.AsSpan(output)[first..].Reverse();
    }

    private void Enter(string token, int id)
    {
        var node = 0;
        foreach (var c in token)
        {
            if (!_edges.TryGetValue((node, c), out var next)) _edges.Add((node, c), next = _edges.Count + 1);
            node = next;
        }
        if (node != 0) _tokens[node] = id;
    }

    // Backwards, like everything that is put there.
    private void AppendBytes(ReadOnlySpan<char> character, List<int> output)
    {
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = Encoding.UTF8.GetBytes(character, utf8) - 1; i >= 0; i--) output.Add(_bytes![utf8[i]]);
    }
}
