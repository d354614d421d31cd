using System.Text.Json.Nodes;

namespace Mimir.Models.Gguf.Conversion;

/// <summary>GPT-NeoX and Pythia: attention and MLP side by side, a part of each head rotated. Source: conversion/gptneox.py.</summary>
internal sealed class NeoXArchitecture : GgufArchitecture
{
    private static readonly Dictionary<string, string> OuterNames = new(StringComparer.Ordinal)
    {
        ["token_embd.weight"] = "gpt_neox.embed_in.weight",
        ["output_norm.weight"] = "gpt_neox.final_layer_norm.weight",
        ["output_norm.bias"] = "gpt_neox.final_layer_norm.bias",
        ["output.weight"] = "embed_out.weight",
    };

    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["attn_norm"] = "input_layernorm",
        ["attn_qkv"] = "attention.query_key_value",
        ["attn_output"] = "attention.dense",
        ["ffn_norm"] = "post_attention_layernorm",
        ["ffn_up"] = "mlp.dense_h_to_4h",
        ["ffn_down"] = "mlp.dense_4h_to_h",
    };

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string> Outer => OuterNames;

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string> Inner => Names;

    /// <inheritdoc/>
    protected override string Layers => "gpt_neox.layers.";

    /// <inheritdoc/>
    public override JsonObject Config(GgufModel model) => new()
    {
        ["architectures"] = new JsonArray("GPTNeoXForCausalLM"),
        ["model_type"] = "gpt_neox",
        ["hidden_size"] = model.Hidden,
        ["intermediate_size"] = model.Require("feed_forward_length"),
        ["num_hidden_layers"] = model.Layers,
        ["num_attention_heads"] = model.Heads,
        ["vocab_size"] = model.Vocabulary,
        ["max_position_embeddings"] = model.Require("context_length"),
        ["layer_norm_eps"] = model.RequireNumber("attention.layer_norm_epsilon"),
        ["hidden_act"] = "gelu",
        ["rotary_pct"] = (double)model.Rotated / model.HeadSize,
        ["rotary_emb_base"] = model.Number("rope.freq_base") ?? 10000,
        ["use_parallel_residual"] = model.Flag("use_parallel_residual") ?? true,
        ["attention_bias"] = model.Has("attn_qkv.bias"),
        ["tie_word_embeddings"] = model.Tied,
    };

    /// <inheritdoc/>
    public override TensorChange ChangeOf(string name, GgufModel model) => StemOf(name) == "attn_qkv" ? new(ChangeKind.PartsFirst, model.Heads) : default;
}
