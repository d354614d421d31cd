using System.Text.Json.Nodes;

namespace Mimir.Models.Gguf.Conversion;

/// <summary>GPT-2: learned positions, matrices stored inputs × outputs. Source: conversion/gpt2.py.</summary>
internal sealed class Gpt2Architecture : GgufArchitecture
{
    private static readonly Dictionary<string, string> OuterNames = new(StringComparer.Ordinal)
    {
        ["token_embd.weight"] = "transformer.wte.weight",
        ["position_embd.weight"] = "transformer.wpe.weight",
        ["output_norm.weight"] = "transformer.ln_f.weight",
        ["output_norm.bias"] = "transformer.ln_f.bias",
        ["output.weight"] = "lm_head.weight",
    };

    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["attn_norm"] = "ln_1",
        ["attn_qkv"] = "attn.c_attn",
        ["attn_output"] = "attn.c_proj",
        ["ffn_norm"] = "ln_2",
        ["ffn_up"] = "mlp.c_fc",
        ["ffn_down"] = "mlp.c_proj",
    };

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string> Outer => OuterNames;

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string> Inner => Names;

    /// <inheritdoc/>
    protected override string Layers => "transformer.h.";

    /// <inheritdoc/>
    public override JsonObject Config(GgufModel model) => new()
    {
        ["architectures"] = new JsonArray("GPT2LMHeadModel"),
        ["model_type"] = "gpt2",
        ["n_embd"] = model.Hidden,
        ["n_inner"] = model.Require("feed_forward_length"),
        ["n_layer"] = model.Layers,
        ["n_head"] = model.Heads,
        ["n_positions"] = model.Require("context_length"),
        ["vocab_size"] = model.Vocabulary,
        ["layer_norm_epsilon"] = model.RequireNumber("attention.layer_norm_epsilon"),
        ["activation_function"] = "gelu_new",
        ["tie_word_embeddings"] = Tied(model),
    };

    /// <inheritdoc/>
    public override TensorChange ChangeOf(string name, GgufModel model) =>
        StemOf(name) is "attn_qkv" or "attn_output" or "ffn_up" or "ffn_down" && name.EndsWith(".weight", StringComparison.Ordinal) ? new(ChangeKind.Transposed) : default;

    /// <inheritdoc/>
    public override string? NameOf(string name, GgufModel model) => name == "output.weight" && Tied(model) ? null : base.NameOf(name, model);

    /// <summary>Earlier converters wrote the embedding a second time as the head.</summary>
    private static bool Tied(GgufModel model)
    {
        if (!model.File.Tensors.TryGetValue("output.weight", out var head) || !model.File.Tensors.TryGetValue("token_embd.weight", out var embedding)) return true;
        if (!head.Shape.SequenceEqual(embedding.Shape)) return false;
        float[] x = new float[embedding.Columns], y = new float[embedding.Columns];
        for (var row = 0L; row < embedding.Rows; row++)
        {
            model.File.Read(embedding, row, 0, x);
            model.File.Read(head, row, 0, y);
            if (!x.AsSpan().SequenceEqual(y)) return false;
        }
        return true;
    }
}
