using Mimir.Models.Transformers;

namespace Mimir.Models.Files;

/// <summary>config.json of SmolLM3ForCausalLM: a Llama, every so many layers of which turn neither queries nor keys.</summary>
internal static class SmolLm3Config
{
    public static ModelConfig Parse(JsonFields json)
    {
        var config = DecoderConfig.Parse(json, ModelFamily.SmolLm3, new DecoderDefaults { Tied = true, RotaryBase = 2e6 });
        var window = json.Flag("use_sliding_window", false) ? LayerTypes.WindowOf(json) : null;
        var turned = Turned(json, config.Layers);
        var layers = LayerTypes.Of(json, config, window, layer => !turned[layer]);
        return config with { Attention = [.. layers.Select((layer, i) => turned[i] ? layer : layer with { Rotary = LayerAttention.Plain.Rotary })] };
    }

    /// <summary>no_rope_layers has 1 where positions enter; without it every no_rope_layer_interval-th layer does without.</summary>
    private static bool[] Turned(JsonFields json, int layers)
    {
        const string Key = "no_rope_layers";
        var interval = json.Integer("no_rope_layer_interval", 1, ConfigLimits.Layers, 4);
        if (json.Find(Key) is not { } listed) return [.. Enumerable.Range(1, layers).Select(i => i % interval != 0)];
        var entries = json.Array(Key).Select(e => e.ValueKind == System.Text.Json.JsonValueKind.Number && e.TryGetInt32(out var n) ? n : -1).ToArray();
        if (entries.Length != layers || entries.Any(e => e is not (0 or 1))) throw json.Error(Key, listed, $"{layers} times 0 or 1, one for each layer");
        return [.. entries.Select(e => e == 1)];
    }
}
