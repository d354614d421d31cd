using System.Text.Json.Nodes;

namespace Mimir.Models.Gguf.Conversion;

/// <summary>rope_theta, rope_scaling and partial_rotary_factor of config.json from GGUF's keys and from the factors that it keeps as tensors.</summary>
internal static class RotaryPositions
{
    // Llama 3.1 to 3.3: the only values that were ever published; GGUF keeps what they give, not the values.
    private const double LowFactor = 1, HighFactor = 4, Original = 8192, Tolerance = 1e-4;

    /// <summary>Writes the keys; <paramref name="theta"/> is the base where the file gives none.</summary>
    public static void Write(JsonObject config, GgufModel model, float theta)
    {
        var rotationBase = model.Number("rope.freq_base") ?? theta;
        config["rope_theta"] = rotationBase;
        if (model.Rotated != model.HeadSize) config["partial_rotary_factor"] = (double)model.Rotated / model.HeadSize;
        if (model.Vector("rope_freqs.weight") is { } factors)
        {
            config["rope_scaling"] = Llama3(model, factors, rotationBase);
            return;
        }
        switch (model.Text("rope.scaling.type"))
        {
            case null or "none":
                return;
            case "linear":
                config["rope_scaling"] = new JsonObject { ["rope_type"] = "linear", ["factor"] = model.RequireNumber("rope.scaling.factor") };
                return;
            case "yarn":
                config["rope_scaling"] = new JsonObject
                {
                    ["rope_type"] = "yarn",
                    ["factor"] = model.RequireNumber("rope.scaling.factor"),
                    ["original_max_position_embeddings"] = model.Require("rope.scaling.original_context_length"),
                };
                return;
            case { } other:
                throw model.Error("rope.scaling.type", $"is '{other}', but Mimir imports none, linear and yarn");
        }
    }

    /// <summary>
    /// The parameters of Llama 3 that give <paramref name="factors"/>: by wavelength λ_j = 2π·base^(2j/size), 1 below 8192/4, the largest factor F above 8192,
    /// and between, 1/((1 − s)/F + s) with s = (8192/λ − 1)/3.
    /// </summary>
    private static JsonObject Llama3(GgufModel model, float[] factors, double rotationBase)
    {
        var largest = factors.Max();
        for (var j = 0; j < factors.Length; j++)
        {
            var wavelength = 2 * Math.PI * Math.Pow(rotationBase, 2.0 * j / model.Rotated);
            var share = Math.Clamp((Original / wavelength - LowFactor) / (HighFactor - LowFactor), 0, 1);
            if (Math.Abs(factors[j] * ((1 - share) / largest + share) - 1) > Tolerance)
                throw new ModelFormatException(model.File.Path, $"tensor 'rope_freqs.weight' holds factors that are not those of Llama 3 (element {j}); Mimir imports no others");
        }
        return new JsonObject
        {
            ["rope_type"] = "llama3",
            ["factor"] = largest,
            ["low_freq_factor"] = LowFactor,
            ["high_freq_factor"] = HighFactor,
            ["original_max_position_embeddings"] = (int)Original,
        };
    }
}
