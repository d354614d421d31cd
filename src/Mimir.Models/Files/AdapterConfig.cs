using System.Text.Json;

namespace Mimir.Models.Files;

/// <summary>
/// adapter_config.json of a LoRA adapter as PEFT saves it. Only what changes nothing but named linear layers of every block, by
/// W + (alpha/r)·B·A, is accepted; anything that PEFT could do beyond that is refused by name.
/// </summary>
public sealed class AdapterConfig
{
    private const string FileName = "adapter_config.json";
    private const long Limit = 1_000_000;
    private const int MaxRank = 4096, MaxTargets = 64;

    // Absent, null, false, and empty lists and objects all mean: not used.
    private static readonly string[] Unused =
    [
        "use_dora", "lora_bias", "use_qalora", "modules_to_save", "rank_pattern", "alpha_pattern", "layers_to_transform", "layers_pattern",
        "layer_replication", "exclude_modules", "target_parameters", "trainable_token_indices", "alora_invocation_tokens", "arrow_config",
    ];

    private AdapterConfig(string directory, int rank, double scale, IReadOnlyList<string> targets) =>
        (Directory, Rank, Scale, Targets) = (directory, rank, scale, targets);

    /// <summary>The adapter's directory.</summary>
    public string Directory { get; }

    /// <summary>r: rows of A, columns of B.</summary>
    public int Rank { get; }

    /// <summary>alpha/r, or alpha/sqrt(r) with use_rslora.</summary>
    public double Scale { get; }

    /// <summary>Module names, each of which means every module that has it as its last components.</summary>
    public IReadOnlyList<string> Targets { get; }

    /// <summary>Where errors point.</summary>
    internal string Source => Path.Combine(Directory, FileName);

    /// <summary>Reads the configuration in <paramref name="directory"/>; never touches weights.</summary>
    /// <exception cref="ModelFormatException">Missing, damaged or unsupported; one line that says what to do.</exception>
    public static AdapterConfig Read(string directory)
    {
        if (!System.IO.Directory.Exists(directory))
            throw new ModelFormatException(directory, $"directory not found; name a directory with {FileName} and adapter_model.safetensors");
        var json = JsonFile.Read(Path.Combine(directory, FileName), Limit);
        if (json.Text("peft_type") != "LORA") throw json.Error("peft_type", json.Require("peft_type"), "LORA");
        if (json.Text("bias", "none") != "none") throw json.Error("bias", json.Require("bias"), "none");
        foreach (var key in Unused)
            if (json.Find(key) is { } value && !IsUnused(value)) throw json.Error(key, value, "it unused (null, false or empty)");
        if (json.Find("init_lora_weights") is { ValueKind: JsonValueKind.String } start && ChangesBase(json.TextOf(start, "init_lora_weights")))
            throw json.Error("init_lora_weights", start, "an adapter of the unchanged base model; convert it with PEFT's path_initial_model_for_weight_conversion");
        var rank = json.Integer("r", 1, MaxRank);
        var alpha = json.Number("lora_alpha", 0, 1e6);
        return new AdapterConfig(directory, rank, alpha / (json.Flag("use_rslora", false) ? Math.Sqrt(rank) : rank), TargetsOf(json));
    }

    private static List<string> TargetsOf(JsonFields json)
    {
        var listed = json.Require("target_modules");
        if (listed.ValueKind != JsonValueKind.Array) throw json.Error("target_modules", listed, "a list of module names");
        var names = listed.EnumerateArray().Select(name => json.TextOf(name, "target_modules")).ToList();
        if (names.Count is 0 or > MaxTargets || names.Any(n => n.Length is 0 or > 200) || names.Distinct().Count() < names.Count)
            throw json.Error("target_modules", listed, $"1 to {MaxTargets} different module names");
        return names;
    }

    private static bool ChangesBase(string start) =>
        ((ReadOnlySpan<string>)["pissa", "olora", "corda", "loftq"]).ToArray().Any(name => start.StartsWith(name, StringComparison.OrdinalIgnoreCase));

    private static bool IsUnused(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False or JsonValueKind.Null => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}
