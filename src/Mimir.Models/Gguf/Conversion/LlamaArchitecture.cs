using System.Text.Json.Nodes;

namespace Mimir.Models.Gguf.Conversion;

/// <summary>Llama, Mistral and SmolLM 1 and 2, all of which llama.cpp calls llama, and SmolLM3, which it does not. Source: conversion/llama.py; gguf-py/gguf/tensor_mapping.py.</summary>
internal sealed class LlamaArchitecture(string architecture, string type) : GgufArchitecture
{
    /// <summary>Names outside the blocks that most architectures share.</summary>
    internal static readonly Dictionary<string, string> CommonOuter = new(StringComparer.Ordinal)
    {
        ["token_embd.weight"] = "model.embed_tokens.weight",
        ["output_norm.weight"] = "model.norm.weight",
        ["output.weight"] = "lm_head.weight",
    };

    /// <summary>Names within a block that most architectures share.</summary>
    internal static readonly Dictionary<string, string> CommonInner = new(StringComparer.Ordinal)
    {
        ["attn_norm"] = "input_layernorm",
        ["attn_q"] = "self_attn.q_proj",
        ["attn_k"] = "self_attn.k_proj",
        ["attn_v"] = "self_attn.v_proj",
        ["attn_output"] = "self_attn.o_proj",
        ["ffn_norm"] = "post_attention_layernorm",
        ["ffn_gate"] = "mlp.gate_proj",
        ["ffn_up"] = "mlp.up_proj",
        ["ffn_down"] = "mlp.down_proj",
    };

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string> Outer => CommonOuter;

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string> Inner => CommonInner;

    /// <inheritdoc/>
    public override JsonObject Config(GgufModel model)
    {
        var config = model.Common(architecture, type);
        config["head_dim"] = model.HeadSize;
        config["hidden_act"] = "silu";
        config["attention_bias"] = model.Has("attn_q.bias");
        config["mlp_bias"] = model.Has("ffn_up.bias");
        // llama.cpp turns all but every fourth layer of SmolLM3 without asking the file: src/models/smollm3.cpp.
        if (type == "smollm3") config["no_rope_layer_interval"] = 4;
        RotaryPositions.Write(config, model, 10000);
        return config;
    }

    /// <inheritdoc/>
    public override TensorChange ChangeOf(string name, GgufModel model) => StemOf(name) switch
    {
        "attn_q" => new(ChangeKind.RotaryPairs, model.Heads),
        "attn_k" => new(ChangeKind.RotaryPairs, model.KeyValueHeads),
        _ => default,
    };
}
