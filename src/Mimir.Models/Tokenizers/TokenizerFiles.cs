using System.Text.Json;
using Mimir.Models.Files;

namespace Mimir.Models.Tokenizers;

/// <summary>Finds the tokenizer of a model directory. Touches no weights.</summary>
public static class TokenizerFiles
{
    private const long ConfigLimit = 10_000_000;

    /// <summary>
    /// tokenizer.json if there is one, else tokenizer.model. End-of-text tokens are those of generation_config.json, config.json and
    /// tokenizer_config.json together.
    /// </summary>
    /// <exception cref="ModelFormatException">No tokenizer there, or one that Mimir does not reproduce exactly.</exception>
    public static ITokenizer Open(string directory)
    {
        string json = Path.Combine(directory, "tokenizer.json"), model = Path.Combine(directory, "tokenizer.model");
        var config = Optional(directory, "tokenizer_config.json");
        var eosIds = new SortedSet<int>();
        foreach (var name in (string[])["generation_config.json", "config.json"])
            if (Optional(directory, name) is { } fields) eosIds.UnionWith(ConfigLimits.EosIds(fields));
        if (File.Exists(json))
        {
            var parts = new TokenizerJson(json);
            if (EosToken(config) is { } token && IdOf(parts, token) is { } id) eosIds.Add(id);
            return new JsonTokenizer(parts, [.. eosIds]);
        }
        if (File.Exists(model)) return SentencePieceModelTokenizer.Open(model, config?.Flag("add_bos_token", true) ?? true, [.. eosIds]);
        throw new ModelFormatException(directory, "has neither tokenizer.json nor tokenizer.model; download the model's tokenizer");
    }

    private static JsonFields? Optional(string directory, string name)
    {
        var path = Path.Combine(directory, name);
        return File.Exists(path) ? JsonFile.Read(path, ConfigLimit) : null;
    }

    private static string? EosToken(JsonFields? config) => config?.Find("eos_token") switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } => config.Object("eos_token")!.Text("content"),
        _ => config.Text("eos_token"),
    };

    private static int? IdOf(TokenizerJson parts, string token) =>
        parts.Added.FirstOrDefault(a => a.Content == token)?.Id ?? (parts.Model.Ids.TryGetValue(token, out var id) ? id : null);
}
