using System.Text.Json.Nodes;

namespace Mimir.Models.Gguf.Conversion;

/// <summary>How one architecture of llama.cpp maps to Hugging Face: config.json, names of tensors, and what the converter changed.</summary>
internal abstract class GgufArchitecture
{
    private const string Block = "blk.";

    /// <summary>config.json without token ids.</summary>
    public abstract JsonObject Config(GgufModel model);

    /// <summary>Names outside the blocks: "token_embd.weight" → "model.embed_tokens.weight".</summary>
    protected abstract IReadOnlyDictionary<string, string> Outer { get; }

    /// <summary>Names within a block, without ".weight" or ".bias": "attn_q" → "self_attn.q_proj".</summary>
    protected abstract IReadOnlyDictionary<string, string> Inner { get; }

    /// <summary>What stands before a block's number: "model.layers.".</summary>
    protected virtual string Layers => "model.layers.";

    /// <summary>Tensors that the configuration says again.</summary>
    protected virtual IReadOnlySet<string> Unneeded { get; } = new HashSet<string> { "rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight" };

    /// <summary>The change that is undone in the tensor that is called <paramref name="name"/> in the GGUF file.</summary>
    public virtual TensorChange ChangeOf(string name, GgufModel model) => default;

    /// <summary>Hugging Face's name of a tensor; null: not needed.</summary>
    /// <exception cref="ModelFormatException">The architecture has no such tensor.</exception>
    public virtual string? NameOf(string name, GgufModel model)
    {
        if (Unneeded.Contains(name)) return null;
        if (Outer.TryGetValue(name, out var outer)) return outer;
        if (name.StartsWith(Block, StringComparison.Ordinal) && name.Split('.') is [_, var number, var stem, ("weight" or "bias") and var kind]
            && int.TryParse(number, System.Globalization.NumberStyles.None, null, out var layer) && layer < model.Layers && $"{layer}" == number && Inner.TryGetValue(stem, out var inner))
            return $"{Layers}{layer}.{inner}.{kind}";
        throw new ModelFormatException(model.File.Path, $"tensor '{name}' is not one that Mimir knows in architecture {model.Architecture}");
    }

    /// <summary>The stem of a block's tensor, "attn_q" of "blk.3.attn_q.weight"; else the whole name.</summary>
    protected static string StemOf(string name) => name.Split('.') is ["blk", _, var stem, _] ? stem : name;
}
