using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Folding;

/// <summary>One linear layer of the original model that has an adapter, and the rows of the folded matrix that it fills.</summary>
/// <param name="Name">Without "model." or "transformer.": "layers.0.self_attn.q_proj".</param>
/// <param name="FirstRow">First row in the folded matrix.</param>
/// <param name="Rows">Its outputs.</param>
internal sealed record AdapterModule(string Name, int FirstRow, int Rows);

/// <summary>A folded matrix with the adapted layers in it, in the order in which they are stacked.</summary>
internal sealed record AdapterTarget(SecretMatrix Base, IReadOnlyList<AdapterModule> Modules)
{
    /// <summary>What <paramref name="adapter"/> adapts in a model of <paramref name="config"/>'s shape, in the order of the matrices.</summary>
    /// <exception cref="ModelFormatException">A name in target_modules is no layer that can have an adapter.</exception>
    public static IReadOnlyList<AdapterTarget> Of(ModelConfig config, ModelLayout layout, AdapterConfig adapter)
    {
        if (config.Family == ModelFamily.GptNeoX)
            throw new ModelFormatException(adapter.Source, "is for a GPT-NeoX model, whose fused query_key_value Mimir does not adapt; merge the adapter into the model with PEFT");
        var gpt2 = config.Family == ModelFamily.Gpt2;
        var matched = new HashSet<string>(StringComparer.Ordinal);
        var targets = new List<AdapterTarget>();
        for (var i = 0; i < layout.Layers; i++)
            foreach (var (matrix, parts) in PartsOf(config, layout.Blocks[i]))
            {
                var (modules, row) = (new List<AdapterModule>(), 0);
                foreach (var (part, rows) in parts)
                {
                    var name = $"{(gpt2 ? "h" : "layers")}.{i}.{part}";
                    if (Matches(adapter, $"{(gpt2 ? "transformer" : "model")}.{name}", matched)) modules.Add(new AdapterModule(name, row, rows));
                    row += rows;
                }
                if (modules.Count > 0) targets.Add(new AdapterTarget(matrix, modules));
            }
        if (adapter.Targets.FirstOrDefault(t => !matched.Contains(t)) is { } unknown)
            throw new ModelFormatException(adapter.Source,
                $"key 'target_modules' names '{Printable.OneLine(unknown, 80)}', but Mimir adapts {string.Join(", ", Known(config, layout))} of this model only");
        return targets;
    }

    private static (SecretMatrix Matrix, (string Name, int Rows)[] Parts)[] PartsOf(ModelConfig config, LayerLayout block) => config.Family switch
    {
        ModelFamily.Gpt2 => Gpt2(block),
        ModelFamily.Phi3 => Phi3(block),
        _ => Llama(config, block),
    };

    /// <summary>The names of the layers, without where they are.</summary>
    private static IEnumerable<string> Known(ModelConfig config, ModelLayout layout) =>
        PartsOf(config, layout.Blocks[0]).SelectMany(p => p.Parts).Select(p => p.Name[(p.Name.IndexOf('.', StringComparison.Ordinal) + 1)..]).Distinct();

    private static bool Matches(AdapterConfig adapter, string module, HashSet<string> matched)
    {
        var any = false;
        foreach (var target in adapter.Targets)
        {
            if (module != target && !module.EndsWith("." + target, StringComparison.Ordinal)) continue;
            matched.Add(target);
            any = true;
        }
        return any;
    }

    private static (SecretMatrix, (string, int)[])[] Llama(ModelConfig config, LayerLayout block)
    {
        int query = config.Heads * config.HeadSize, keyValue = config.KeyValueHeads * config.HeadSize, inner = config.IntermediateSize;
        return
        [
            (block.QueryKeyValue, [("self_attn.q_proj", query), ("self_attn.k_proj", keyValue), ("self_attn.v_proj", keyValue)]),
            (block.Output, [("self_attn.o_proj", config.HiddenSize)]),
            (block.Up, [("mlp.gate_proj", inner), ("mlp.up_proj", inner)]),
            (block.Down, [("mlp.down_proj", config.HiddenSize)]),
        ];
    }

    private static (SecretMatrix, (string, int)[])[] Phi3(LayerLayout block) =>
    [
        (block.QueryKeyValue, [("self_attn.qkv_proj", block.QueryKeyValue.Rows)]),
        (block.Output, [("self_attn.o_proj", block.Output.Rows)]),
        (block.Up, [("mlp.gate_up_proj", block.Up.Rows)]),
        (block.Down, [("mlp.down_proj", block.Down.Rows)]),
    ];

    private static (SecretMatrix, (string, int)[])[] Gpt2(LayerLayout block) =>
    [
        (block.QueryKeyValue, [("attn.c_attn", block.QueryKeyValue.Rows)]),
        (block.Output, [("attn.c_proj", block.Output.Rows)]),
        (block.Up, [("mlp.c_fc", block.Up.Rows)]),
        (block.Down, [("mlp.c_proj", block.Down.Rows)]),
    ];
}
