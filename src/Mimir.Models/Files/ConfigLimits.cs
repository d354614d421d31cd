using System.Text.Json;
using Mimir.Models.Transformers;

namespace Mimir.Models.Files;

/// <summary>Bounds and small readings that all architectures share. The bounds keep every later size computation far from overflow.</summary>
internal static class ConfigLimits
{
    /// <summary>Largest width: hidden, inner, head size.</summary>
    public const int Width = 1 << 18;

    /// <summary>Most blocks.</summary>
    public const int Layers = 4096;

    /// <summary>Most heads.</summary>
    public const int Heads = 4096;

    /// <summary>Largest vocabulary and longest context.</summary>
    public const int Count = 1 << 24;

    /// <summary>hidden_act or activation_function.</summary>
    public static ScalarFunction Activation(JsonFields json, string key, string missing) => json.Text(key, missing) switch
    {
        "silu" or "swish" => ScalarFunction.Silu,
        "gelu" => ScalarFunction.Gelu,
        "gelu_new" or "gelu_pytorch_tanh" => ScalarFunction.GeluTanh,
        _ => throw json.Error(key, json.Require(key), "silu, gelu, gelu_new or gelu_pytorch_tanh"),
    };

    /// <summary>A key that may only have the value that Mimir computes with.</summary>
    public static void RequireFlag(JsonFields json, string key, bool value)
    {
        if (json.Flag(key, value) != value) throw json.Error(key, json.Require(key), value ? "true" : "false");
    }

    /// <summary>eos_token_id: missing, one number or an array of them.</summary>
    public static IReadOnlyList<int> EosIds(JsonFields json)
    {
        const string Key = "eos_token_id";
        if (json.Find(Key) is not { } value) return [];
        var elements = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value];
        var ids = new List<int>(elements.Length);
        foreach (var element in elements)
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out var id) || id is < 0 or >= Count)
                throw json.Error(Key, value, "a token id or an array of token ids");
            ids.Add(id);
        }
        return ids;
    }

    /// <summary>bos_token_id, or null.</summary>
    public static int? BosId(JsonFields json) =>
        json.Find("bos_token_id") is null ? null : json.Integer("bos_token_id", 0, Count - 1);
}
