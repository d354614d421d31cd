namespace Mimir.Models.Tokenizers;

/// <summary>Which added tokens may be recognised where, when parts of a text are strangers'.</summary>
internal static class ControlTokens
{
    /// <summary>Whether <paramref name="token"/> is one that strangers must not write.</summary>
    public static bool IsControl(AddedToken token, EncodingOptions options) => token.Special || options.Markup?.Invoke(token.Content) == true;

    /// <summary>Whether the token may be recognised from <paramref name="start"/> to <paramref name="end"/>.</summary>
    public static bool Allowed(AddedToken token, int start, int end, EncodingOptions options) =>
        options.PlainSpans.Count == 0 || !Touches(options.PlainSpans, start, end) || !IsControl(token, options);

    /// <summary>Whether a control token is spelt in <paramref name="text"/> where it is not allowed.</summary>
    public static bool Spelled(AddedTokenSplitter splitter, string text, EncodingOptions options)
    {
        var spelled = false;
        foreach (var _ in splitter.Split(text, (token, start, end) =>
        {
            var allowed = Allowed(token, start, end, options);
            spelled |= !allowed;
            return allowed;
        }))
            if (spelled) break;
        return spelled;
    }

    private static bool Touches(IReadOnlyList<TextSpan> spans, int start, int end)
    {
        var (low, high) = (0, spans.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (spans[middle].End <= start) low = middle + 1;
            else high = middle;
        }
        return low < spans.Count && spans[low].Start < end;
    }
}
