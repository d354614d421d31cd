using System.Collections.Frozen;
using System.Text.Json;
using Mimir.Gateway.Errors;

namespace Mimir.Gateway.OpenAi;

/// <summary>
/// Every field that a request may have, in one place: those that are honoured, those that change nothing in the answer, and those that are
/// accepted only with the value that means "nothing special". Whatever else is given is refused by its name.
/// </summary>
internal static class FieldPolicy
{
    /// <summary>Of chat completions and completions alike.</summary>
    private static readonly string[] Honoured =
    [
        "model", "stream", "stream_options", "max_tokens", "temperature", "top_p", "top_k", "min_p", "n", "stop", "seed", "presence_penalty", "frequency_penalty",
        "repetition_penalty", "logit_bias", "logprobs", "early_stop", "epsilon",
    ];

    /// <summary>What a chat has besides.</summary>
    private static readonly FrozenSet<string> Chat = Honoured.Concat(["messages", "max_completion_tokens", "top_logprobs"]).ToFrozenSet();

    /// <summary>What a completion has besides.</summary>
    private static readonly FrozenSet<string> Completion = Honoured.Append("prompt").ToFrozenSet();

    /// <summary>Bookkeeping between a client and OpenAI: nothing of it is kept or passed on.</summary>
    private static readonly FrozenSet<string> Harmless =
        ["user", "metadata", "service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "parallel_tool_calls"];

    /// <summary>Fields that ask for what a gateway of this kind cannot do, unless they have a value that asks for nothing.</summary>
    private static readonly FrozenDictionary<string, (Func<JsonElement, bool> IsNeutral, string Reason)> Neutral = new Dictionary<string, (Func<JsonElement, bool>, string)>
    {
        ["store"] = (IsFalse, "nothing is stored here"),
        ["tools"] = (IsEmpty, "tools are not supported"),
        ["functions"] = (IsEmpty, "functions are not supported"),
        ["tool_choice"] = (v => IsText(v, "none", "auto"), "tools are not supported"),
        ["function_call"] = (v => IsText(v, "none", "auto"), "functions are not supported"),
        ["response_format"] = (IsPlainText, "only {\"type\": \"text\"} is supported: the answer cannot be constrained inside the secure computation"),
        ["modalities"] = (v => v.ValueKind == JsonValueKind.Array && v.EnumerateArray().All(m => IsText(m, "text")), "only text is supported"),
        ["echo"] = (IsFalse, "the prompt is not repeated"),
        ["best_of"] = (v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out var one) && one == 1, "candidates are not ranked: only what is granted is ever revealed"),
        ["suffix"] = (v => IsText(v, ""), "text cannot be inserted before a suffix"),
    }.ToFrozenDictionary();

    /// <summary>Refuses what cannot be honoured.</summary>
    /// <exception cref="ApiException">Names the field and says why.</exception>
    public static void Check(RequestFields fields, bool chat)
    {
        var honoured = chat ? Chat : Completion;
        foreach (var name in fields.Names)
        {
            if (honoured.Contains(name) || Harmless.Contains(name)) continue;
            if (!Neutral.TryGetValue(name, out var rule))
                throw ApiException.Field(Shown(name), $"{Shown(name)}: this gateway does not know the field, and ignores none that could change the answer", "unknown_parameter");
            if (!rule.IsNeutral(fields.Find(name)!.Value)) throw ApiException.Field(name, $"{name}: {rule.Reason}", "unsupported_parameter");
        }
    }

    /// <summary>A name that a client chose, fit to be shown.</summary>
    public static string Shown(string name) => name.Length <= 64 && !name.Any(char.IsControl) ? name : "(a field with a long name)";

    private static bool IsFalse(JsonElement value) => value.ValueKind == JsonValueKind.False;

    private static bool IsEmpty(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0;

    private static bool IsText(JsonElement value, params string[] allowed) => value.ValueKind == JsonValueKind.String && allowed.Any(value.ValueEquals);

    private static bool IsPlainText(JsonElement value) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("type", out var type) && IsText(type, "text");
}
