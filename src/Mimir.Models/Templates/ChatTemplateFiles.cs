using System.Text;
using System.Text.Json;
using Mimir.Models.Files;

namespace Mimir.Models.Templates;

/// <summary>Finds the chat template of a model directory.</summary>
internal static class ChatTemplateFiles
{
    private const long TextLimit = 1_000_000, JsonLimit = 10_000_000;

    private static readonly string[] TokenKeys = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>The template and the special tokens of tokenizer_config.json; null when there is no template.</summary>
    /// <exception cref="ModelFormatException">A damaged file, or no template of that name.</exception>
    public static (string Source, IReadOnlyDictionary<string, string> SpecialTokens)? Find(string directory, string? name)
    {
        var path = Path.Combine(directory, "tokenizer_config.json");
        var config = File.Exists(path) ? JsonFile.Read(path, JsonLimit) : null;
        var source = name is null or "default" ? Text(Path.Combine(directory, "chat_template.jinja")) : Text(Path.Combine(directory, "additional_chat_templates", $"{FileName(directory, name)}.jinja"));
        var json = Path.Combine(directory, "chat_template.json");
        if (source is null && File.Exists(json)) source = Named(JsonFile.Read(json, JsonLimit), name);
        source ??= config is null ? null : Named(config, name);
        return source is null ? null : (source, config is null ? new Dictionary<string, string>() : SpecialTokens(config));
    }

    private static string FileName(string directory, string name) =>
        name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? name : throw new ModelFormatException(directory, "a chat template's name has letters, digits, '_' and '-' only");

    private static string? Text(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            if (new FileInfo(path).Length > TextLimit) throw new ModelFormatException(path, $"more than {TextLimit} bytes");
            var bytes = File.ReadAllBytes(path);
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsSpan(3) : bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new ModelFormatException(path, e is DecoderFallbackException ? "is not valid UTF-8; download it again" : $"cannot be read ({e.GetType().Name})", e);
        }
    }

    // A text, or a list of {"name": ..., "template": ...}.
    private static string? Named(JsonFields fields, string? name)
    {
        if (fields.Find("chat_template") is not { } value) return null;
        if (value.ValueKind == JsonValueKind.String)
            return name is null or "default" ? fields.TextOf(value, "chat_template") : throw fields.Error("has one chat template, which has no name");
        var templates = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var element in fields.Array("chat_template"))
        {
            if (element.ValueKind != JsonValueKind.Object) throw fields.Error("chat_template", element, "objects with name and template");
            var entry = new JsonFields(element, $"{fields.Source}: chat_template");
            templates[entry.TextOf(entry.Require("name"), "name")] = entry.TextOf(entry.Require("template"), "template");
        }
        if (templates.TryGetValue(name ?? "default", out var found)) return found;
        if (name is null && templates.Count == 1) return templates.Values.Single();
        throw fields.Error($"has no chat template named '{Printable.OneLine(name ?? "default", 40)}'");
    }

    private static Dictionary<string, string> SpecialTokens(JsonFields config)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in TokenKeys)
            if (config.Find(key) is { } value)
                tokens[key] = value.ValueKind == JsonValueKind.Object ? config.Object(key)!.TextOf(config.Object(key)!.Require("content"), "content") : config.TextOf(value, key);
        return tokens;
    }
}
