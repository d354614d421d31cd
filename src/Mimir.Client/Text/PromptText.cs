using Mimir.Models.Tokenizers;

namespace Mimir.Client.Text;

/// <summary>From the text of a prompt segment to tokens.</summary>
public static class PromptText
{
    /// <summary>The tokens of a segment. Only the first segment of a prompt begins with the model's first token (BOS).</summary>
    public static IReadOnlyList<int> Encode(ITokenizer tokenizer, string text, bool first)
    {
        var tokens = tokenizer.Encode(text);
        return first || tokenizer.BosId is not { } bos || tokens.Count == 0 || tokens[0] != bos ? tokens : [.. tokens.Skip(1)];
    }
}
