using System.Text.Json;

namespace Mimir.Models.Tests.TestModels;

/// <summary>
/// A random LoRA adapter as PEFT saves it: the module paths of the original model with their inputs and outputs, and A, B for each. The names
/// of the tensors are written down here independently of the code that reads them.
/// </summary>
public sealed class RandomAdapter
{
    private readonly Random _random;
    private readonly SafetensorsWriter _writer = new();

    /// <summary><paramref name="modules"/>: "model.layers.0.self_attn.q_proj", inputs, outputs.</summary>
    public RandomAdapter(IEnumerable<(string Path, int Inputs, int Outputs)> modules, string[] targets, int rank, double alpha, bool rsLora, int seed, double size = 0.3)
    {
        _random = new Random(seed);
        foreach (var (path, inputs, outputs) in modules)
        {
            if (!targets.Any(t => path == t || path.EndsWith("." + t, StringComparison.Ordinal))) continue;
            double[] a = Draw(rank * inputs), b = Draw(outputs * rank);
            _writer.AddSingle($"base_model.model.{path}.lora_A.weight", [rank, inputs], a).AddSingle($"base_model.model.{path}.lora_B.weight", [outputs, rank], b);
            var scale = alpha / (rsLora ? Math.Sqrt(rank) : rank);
            Deltas[path] = [.. Enumerable.Range(0, outputs * inputs).Select(i =>
                scale * Enumerable.Range(0, rank).Sum(r => b[i / inputs * rank + r] * a[r * inputs + i % inputs]))];
        }
        Config = JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["peft_type"] = "LORA", ["r"] = rank, ["lora_alpha"] = alpha, ["use_rslora"] = rsLora, ["target_modules"] = targets, ["bias"] = "none",
            ["lora_dropout"] = 0.05, ["fan_in_fan_out"] = true, ["init_lora_weights"] = true, ["modules_to_save"] = null, ["rank_pattern"] = new { },
            ["alpha_pattern"] = new { }, ["use_dora"] = false, ["layers_to_transform"] = null, ["task_type"] = "CAUSAL_LM", ["loftq_config"] = new { },
        });

        double[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)((_random.NextDouble() * 2 - 1) * size))];
    }

    /// <summary>adapter_config.json.</summary>
    public string Config { get; }

    /// <summary>scale·B·A, outputs × inputs, by module path.</summary>
    public Dictionary<string, double[]> Deltas { get; } = [];

    /// <summary>The tensors, to add more to them.</summary>
    public SafetensorsWriter Writer => _writer;

    public void Save(string directory, string? config = null)
    {
        File.WriteAllText(Path.Combine(directory, "adapter_config.json"), config ?? Config);
        File.WriteAllBytes(Path.Combine(directory, "adapter_model.safetensors"), _writer.ToBytes());
    }

    /// <summary>The linear layers of a Llama's blocks.</summary>
    public static IEnumerable<(string, int, int)> Llama(int layers, int hidden, int query, int keyValue, int inner)
    {
        for (var i = 0; i < layers; i++)
        {
            var layer = $"model.layers.{i}";
            yield return ($"{layer}.self_attn.q_proj", hidden, query);
            yield return ($"{layer}.self_attn.k_proj", hidden, keyValue);
            yield return ($"{layer}.self_attn.v_proj", hidden, keyValue);
            yield return ($"{layer}.self_attn.o_proj", query, hidden);
            yield return ($"{layer}.mlp.gate_proj", hidden, inner);
            yield return ($"{layer}.mlp.up_proj", hidden, inner);
            yield return ($"{layer}.mlp.down_proj", inner, hidden);
        }
    }

    /// <summary>The linear layers of a GPT-2's blocks.</summary>
    public static IEnumerable<(string, int, int)> Gpt2(string prefix, int layers, int hidden, int inner)
    {
        for (var i = 0; i < layers; i++)
        {
            var layer = $"{prefix}h.{i}";
            yield return ($"{layer}.attn.c_attn", hidden, 3 * hidden);
            yield return ($"{layer}.attn.c_proj", hidden, hidden);
            yield return ($"{layer}.mlp.c_fc", hidden, inner);
            yield return ($"{layer}.mlp.c_proj", inner, hidden);
        }
    }
}
