using Mimir.Spdz.Sessions;

namespace Mimir.Client.Drafting;

/// <summary>
/// Guesses from what followed the same tokens before: the longest repetition in this text (names and phrases of the prompt return), else
/// the longest context of a public text's <see cref="NgramTable"/>. Deterministic; a guess takes microseconds.
/// </summary>
public sealed class NgramDrafter(NgramTable? table) : IDrafter
{
    // A shorter repetition says less than the public text's statistics.
    private const int ShortestRepetition = 3;
    private const int LongestRepetition = 8;
    private readonly List<int> _text = [];
    private readonly Dictionary<ulong, int> _followers = [];

    /// <summary>A guess whose share in the public text is smaller ends the draft; 0 keeps all.</summary>
    public double LeastShare { get; init; }

    /// <inheritdoc/>
    public void Append(int token)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        var key = NgramKey.Empty;
        for (var order = 1; order <= Math.Min(LongestRepetition, _text.Count); order++)
        {
            key = NgramKey.Prepend(key, _text[^order]);
            if (order >= ShortestRepetition) _followers[key] = token;
        }
        _text.Add(token);
    }

    /// <inheritdoc/>
    public int Draft(Span<int> draft)
    {
        var written = _text.Count;
        var count = 0;
        while (count < draft.Length && Next() is { } token)
        {
            draft[count++] = token;
            _text.Add(token);
        }
        _text.RemoveRange(written, count);
        return count;
    }

    /// <summary>The guess after the text and what is drafted so far, or null.</summary>
    private int? Next()
    {
        int? repeated = null, seen = null;
        var share = 0.0;
        var key = NgramKey.Empty;
        var longest = Math.Min(_text.Count, Math.Max(LongestRepetition, table?.Orders ?? 0));
        for (var order = 1; order <= longest; order++)
        {
            key = NgramKey.Prepend(key, _text[^order]);
            if (order is >= ShortestRepetition and <= LongestRepetition && _followers.TryGetValue(key, out var follower)) repeated = follower;
            if (order <= (table?.Orders ?? 0) && table!.TryFind(order, key, out var next, out var found)) (seen, share) = (next, found);
        }
        return repeated ?? (share >= LeastShare ? seen : null);
    }
}
