using System.Text.Json;
using Mimir.Models.Files;

namespace Mimir.Models.Tokenizers;

/// <summary>Reads the merges of a tokenizer.json, in either of its two forms: "a b" or ["a", "b"]. Their order is their rank.</summary>
internal static class BytePairMerges
{
    /// <summary>Pair of ids to rank and merged id.</summary>
    /// <exception cref="ModelFormatException">A merge is malformed, or it or its result is not in the vocabulary.</exception>
    /// <param name="model">The "model" of a tokenizer.json.</param>
    /// <param name="ids">All tokens.</param>
    /// <param name="prefix">What the right one of a pair begins with inside a word, and the merged one does not hold.</param>
    public static Dictionary<(int Left, int Right), (int Rank, int Id)> Read(JsonFields model, Dictionary<string, int> ids, string prefix)
    {
        model.Require("merges");
        var merges = new Dictionary<(int, int), (int, int)>();
        var rank = 0;
        foreach (var merge in model.Array("merges"))
        {
            var (left, right) = Pair(model, merge);
            if (!ids.TryGetValue(left, out var leftId) || !ids.TryGetValue(right, out var rightId) || !ids.TryGetValue(left + Inner(right, prefix), out var id))
                throw model.Error($"merge {rank} names a token that is not in the vocabulary: {JsonFields.Shown(merge)}");
            merges[(leftId, rightId)] = (rank++, id);
        }
        return merges;
    }

    private static string Inner(string right, string prefix) =>
        prefix.Length > 0 && right.StartsWith(prefix, StringComparison.Ordinal) ? right[prefix.Length..] : right;

    private static (string Left, string Right) Pair(JsonFields model, JsonElement merge)
    {
        if (merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2)
            return (model.TextOf(merge[0], "merges"), model.TextOf(merge[1], "merges"));
        var parts = merge.ValueKind == JsonValueKind.String ? model.TextOf(merge, "merges").Split(' ') : [];
        return parts.Length == 2 ? (parts[0], parts[1]) : throw model.Error("merges", merge, "merges like \"a b\" or [\"a\", \"b\"]");
    }
}
