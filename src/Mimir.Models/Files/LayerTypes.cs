using Mimir.Models.Transformers;

namespace Mimir.Models.Files;

/// <summary>Which layers of a model have a sliding window: layer_types where config.json has it, else the architecture's own rule.</summary>
internal static class LayerTypes
{
    private const string Key = "layer_types";

    /// <summary>sliding_window, or <paramref name="missing"/>; null: the architecture has no window.</summary>
    public static int? WindowOf(JsonFields json, int? missing = null)
    {
        if (json.Find("sliding_window") is null || !json.Flag("use_sliding_window", true)) return missing;
        return json.Integer("sliding_window", 1, int.MaxValue);
    }

    /// <summary>One entry a layer of <paramref name="config"/>, all with its first rotary table.</summary>
    public static IReadOnlyList<LayerAttention> Of(JsonFields json, ModelConfig config, int? window, Func<int, bool> rule) => Of(json, config, window, rule, out _);

    /// <summary>The same, and which layers are local.</summary>
    public static IReadOnlyList<LayerAttention> Of(JsonFields json, ModelConfig config, int? window, Func<int, bool> rule, out bool[] local)
    {
        var sliding = Listed(json, config.Layers) ?? [.. Enumerable.Range(0, config.Layers).Select(rule)];
        local = sliding;
        if (window is null && json.Find(Key) is { } listed && sliding.Contains(true))
            throw json.Error(Key, listed, "sliding_window beside layers of sliding_attention");
        // A window as long as the context is none.
        var size = window is { } w && w < config.MaxPositions ? w : 0;
        return [.. sliding.Select(isLocal => new LayerAttention(isLocal ? size : 0, 0))];
    }

    private static bool[]? Listed(JsonFields json, int layers)
    {
        if (json.Find(Key) is not { } listed) return null;
        var names = json.Array(Key).Select(name => json.TextOf(name, Key)).ToArray();
        if (names.Length != layers || names.Any(n => n is not ("full_attention" or "sliding_attention")))
            throw json.Error(Key, listed, $"{layers} times full_attention or sliding_attention, one for each layer");
        return [.. names.Select(n => n == "sliding_attention")];
    }
}
