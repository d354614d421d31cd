namespace Mimir.Models.Tokenizers;

/// <summary>
/// Byte-pair merging: again and again the adjacent pair of lowest rank, the leftmost of equals, becomes one token.
/// O(n log n) for n symbols.
/// </summary>
/// <param name="merges">Pair of token ids to rank and the merged token's id.</param>
internal sealed class BytePairMerger(IReadOnlyDictionary<(int Left, int Right), (int Rank, int Id)> merges)
{
    private const int None = -1;

    /// <summary>Appends the tokens that <paramref name="symbols"/> merge to, to <paramref name="output"/>.</summary>
    public void Merge(ReadOnlySpan<int> symbols, List<int> output)
    {
        var count = symbols.Length;
        var (ids, previous, next) = (symbols.ToArray(), new int[count], new int[count]);
        var queue = new PriorityQueue<(int Position, int Left, int Right, int Id), (int Rank, int Position)>();

        void Consider(int position)
        {
            if (position == None || next[position] == None) return;
            var pair = (ids[position], ids[next[position]]);
            if (merges.TryGetValue(pair, out var merge)) queue.Enqueue((position, pair.Item1, pair.Item2, merge.Id), (merge.Rank, position));
        }

        for (var i = 0; i < count; i++) (previous[i], next[i]) = (i - 1, i + 1 < count ? i + 1 : None);
        for (var i = 0; i < count; i++) Consider(i);
        while (queue.TryDequeue(out var found, out _))
        {
            // An entry is out of date when either side has been merged since.
            var right = next[found.Position];
            if (ids[found.Position] != found.Left || right == None || ids[right] != found.Right) continue;
            ids[found.Position] = found.Id;
            ids[right] = None;
            next[found.Position] = next[right];
            if (next[right] != None) previous[next[right]] = found.Position;
            next[right] = None;
            Consider(previous[found.Position]);
            Consider(found.Position);
        }
        for (var i = count > 0 ? 0 : None; i != None; i = next[i]) output.Add(ids[i]);
    }
}
