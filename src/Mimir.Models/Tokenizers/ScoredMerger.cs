namespace Mimir.Models.Tokenizers;

/// <summary>
/// SentencePiece's byte pairs: beginning with single characters, again and again the two neighbours whose joint text is the piece of the
/// highest score, the leftmost of equals, become one. O(n log n). Source: bpe_model.cc of google/sentencepiece.
/// </summary>
internal sealed class ScoredMerger : ISubwordModel
{
    private const int None = -1;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (float Score, int Id)> _text = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (float Score, int Id)>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly int[]? _bytes;
    private readonly int _unknown;

    /// <param name="pieces">In the order of their ids; those that are no text never match one.</param>
    /// <param name="unknown">The id for a character without a piece.</param>
    /// <param name="byteFallback">It becomes its bytes instead.</param>
    /// <param name="source">For errors.</param>
    /// <exception cref="ModelFormatException">A piece twice, or a byte without one.</exception>
    public ScoredMerger(IEnumerable<(string Token, double Score, bool IsText)> pieces, int unknown, bool byteFallback, string source)
    {
        foreach (var (token, score, isText) in pieces)
        {
            if (isText) _text.TryAdd(token, ((float)score, _ids.Count));
            if (!_ids.TryAdd(token, _ids.Count)) throw new ModelFormatException(source, $"the piece '{Printable.OneLine(token, 40)}' occurs twice");
        }
        (_lookup, _unknown) = (_text.GetAlternateLookup<ReadOnlySpan<char>>(), unknown);
        if (byteFallback)
            _bytes = [.. Enumerable.Range(0, 256).Select(b => _ids.TryGetValue($"<0x{b:X2}>", out var id) ? id : throw new ModelFormatException(source, $"the piece <0x{b:X2}> is missing; download it again"))];
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, int> Ids => _ids;

    /// <inheritdoc/>
    public bool CoversEverything(bool byteLevel) => true;

    /// <inheritdoc/>
    public void Encode(string word, List<int> output)
    {
        // A symbol is named by its start; each has a length, and neighbours.
        var (lengths, previous) = (new int[word.Length + 1], new int[word.Length + 1]);
        var queue = new PriorityQueue<(int Left, int Length), (float Score, int Left)>();

        void Consider(int left)
        {
            var right = left + lengths[left];
            if (right >= word.Length) return;
            var length = lengths[left] + lengths[right];
            if (_lookup.TryGetValue(word.AsSpan(left, length), out var piece)) queue.Enqueue((left, length), (-piece.Score, left));
        }

        for (int i = 0, before = None; i < word.Length; before = i, i += lengths[i])
            (lengths[i], previous[i]) = (i + 1 < word.Length && char.IsSurrogatePair(word[i], word[i + 1]) ? 2 : 1, before);
        for (var i = 0; i < word.Length; i += lengths[i]) Consider(i);
        while (queue.TryDequeue(out var found, out _))
        {
            // An entry is out of date when either side has been merged since; a symbol that is gone has no length.
            var (left, length) = found;
            var right = left + lengths[left];
            if (lengths[left] == 0 || right >= word.Length || lengths[left] + lengths[right] != length) continue;
            (lengths[left], lengths[right]) = (length, 0);
            if (left + length < word.Length) previous[left + length] = left;
            if (previous[left] != None) Consider(previous[left]);
            Consider(left);
        }
        var unknown = false;
        for (var i = 0; i < word.Length; i += lengths[i])
        {
            var known = _lookup.TryGetValue(word.AsSpan(i, lengths[i]), out var piece);
            if (known) output.Add(piece.Id);
            else if (_bytes is not null)
                foreach (var b in System.Text.Encoding.UTF8.GetBytes(word.Substring(i, lengths[i]))) output.Add(_bytes[b]);
            // Unknown characters next to each other are one.
            else if (!unknown) output.Add(_unknown);
            unknown = !known;
        }
    }
}
