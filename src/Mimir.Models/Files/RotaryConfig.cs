using Mimir.Models.Transformers;
using Mimir.Numerics;

namespace Mimir.Models.Files;

/// <summary>
/// Rotary positions of config.json. transformers 5 writes everything into rope_parameters; earlier versions write rope_theta and partial_rotary_factor beside
/// rope_scaling, which has "type" or "rope_type".
/// </summary>
internal static class RotaryConfig
{
    /// <summary>The table, and the longest context for which it is right.</summary>
    /// <param name="json">The model's object.</param>
    /// <param name="headSize">Elements of a head.</param>
    /// <param name="positions">max_position_embeddings.</param>
    /// <param name="missingBase">The base where config.json has none.</param>
    /// <param name="baseKey">Its older key.</param>
    /// <param name="missingPart">The part of a head that is turned where config.json does not say.</param>
    /// <param name="kind">The entry of rope_parameters that counts where it is by kind of layer.</param>
    public static (RotaryTable Table, int Positions) Parse(
        JsonFields json, int headSize, int positions, double missingBase, string baseKey, double missingPart, string? kind)
    {
        var theta = json.Find(baseKey) is null ? json.Number("rope_theta", 1, 1e12, missingBase) : json.Number(baseKey, 1, 1e12);
        var part = json.Number("partial_rotary_factor", 0, 1, missingPart);
        foreach (var key in (string[])["rope_scaling", "rope_parameters"])
        {
            var parameters = json.Object(key);
            if (kind is not null && parameters?.Object(kind) is { } own) parameters = own;
            if (parameters is not null && parameters.All().Any()) return Read(json, parameters, headSize, theta, positions, part, key);
        }
        return (RotaryScaling.Default(headSize, Turned(json, headSize, part), theta), positions);
    }

    /// <summary>A table of one kind of layer.</summary>
    public static (RotaryTable Table, int Positions) Read(JsonFields json, JsonFields parameters, int headSize, double theta, int positions) =>
        Read(json, parameters, headSize, theta, positions, 1, "rope_type");

    private static (RotaryTable Table, int Positions) Read(
        JsonFields json, JsonFields parameters, int headSize, double theta, int positions, double part, string key)
    {
        theta = parameters.Number("rope_theta", 1, 1e12, theta);
        var turned = Turned(json, headSize, parameters.Number("partial_rotary_factor", 0, 1, part));
        int Original(int missing) => parameters.Integer("original_max_position_embeddings", 1, ConfigLimits.Count,
            json.Integer("original_max_position_embeddings", 1, ConfigLimits.Count, missing));
        double Factor() => parameters.Number("factor", 1, 1e6);

        switch (parameters.Text("rope_type") ?? parameters.Text("type") ?? "default")
        {
            case "default":
            // Dynamic scaling begins where the context that the model was made for ends, and Mimir's ends there.
            case "dynamic":
                return (RotaryScaling.Default(headSize, turned, theta), positions);
            case "linear":
                return (RotaryScaling.Linear(headSize, turned, theta, Factor()), positions);
            case "llama3":
                var (low, high) = (parameters.Number("low_freq_factor", 1e-3, 1e6), parameters.Number("high_freq_factor", 1e-3, 1e6));
                if (high <= low) throw parameters.Error("high_freq_factor", parameters.Require("high_freq_factor"), $"more than low_freq_factor, {low}");
                return (RotaryScaling.Llama3(headSize, turned, theta, Factor(), low, high, Original(positions)), positions);
            case "yarn":
                foreach (var other in (string[])["mscale", "mscale_all_dim"])
                    if (parameters.Find(other) is { } value) throw parameters.Error(other, value, "YaRN without it (null)");
                var yarn = new YarnParameters(
                    Factor(), Original(positions), parameters.Number("beta_fast", 1e-3, 1e6, 32), parameters.Number("beta_slow", 1e-3, 1e6, 1), parameters.Flag("truncate", true));
                return (RotaryScaling.Yarn(headSize, turned, theta, yarn, parameters.Number("attention_factor", 1e-3, 16, 0.1 * Elementary.Log(yarn.Factor) + 1)), positions);
            case "longrope" or "su":
                var original = Math.Min(Original(positions), positions);
                var stretch = (double)positions / original;
                var scale = parameters.Number("attention_factor", 1e-3, 16, stretch <= 1 ? 1 : Math.Sqrt(1 + Elementary.Log(stretch) / Elementary.Log(original)));
                return (RotaryScaling.Stretched(headSize, theta, Factors(parameters, "short_factor", turned / 2), scale), original);
            default:
                throw json.Error(key, parameters.Json, "the rope_type default, linear, dynamic, llama3, yarn or longrope");
        }
    }

    private static int Turned(JsonFields json, int headSize, double part)
    {
        var turned = (int)(headSize * part);
        if (turned >= 2 && turned % 2 == 0) return turned;
        throw json.Error($"{part} of a head of {headSize} elements is rotated (rotary_pct or partial_rotary_factor), but that must be an even number of elements");
    }

    private static double[] Factors(JsonFields parameters, string key, int count)
    {
        var listed = parameters.Require(key);
        var factors = parameters.Array(key).Select(f => f.ValueKind == System.Text.Json.JsonValueKind.Number && f.TryGetDouble(out var n) ? n : 0).ToArray();
        if (factors.Length != count || factors.Any(f => f is not (>= 0.1 and <= 1e6))) throw parameters.Error(key, listed, $"{count} numbers from 0.1 to 1e6");
        return factors;
    }
}
