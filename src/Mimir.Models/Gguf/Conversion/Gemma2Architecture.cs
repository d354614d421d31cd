using System.Text.Json.Nodes;

namespace Mimir.Models.Gguf.Conversion;

/// <summary>Gemma 2: soft caps, norms after attention and MLP, every other layer with a window. Source: conversion/gemma.py; src/llama-model.cpp for the 27B scale.</summary>
internal class Gemma2Architecture : GgufArchitecture
{
    private static readonly Dictionary<string, string> Names = new(LlamaArchitecture.CommonInner, StringComparer.Ordinal)
    {
        ["attn_q_norm"] = "self_attn.q_norm",
        ["attn_k_norm"] = "self_attn.k_norm",
        ["post_attention_norm"] = "post_attention_layernorm",
        ["ffn_norm"] = "pre_feedforward_layernorm",
        ["post_ffw_norm"] = "post_feedforward_layernorm",
    };

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string> Outer => LlamaArchitecture.CommonOuter;

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string> Inner => Names;

    /// <summary>Blocks of the 27B model, the only one whose scores are scaled by hidden size over heads.</summary>
    protected virtual int LargestLayers => 46;

    /// <inheritdoc/>
    public override JsonObject Config(GgufModel model)
    {
        var config = Shared(model, "Gemma2ForCausalLM", "gemma2");
        config["attn_logit_softcapping"] = model.RequireNumber("attn_logit_softcapping");
        config["final_logit_softcapping"] = model.RequireNumber("final_logit_softcapping");
        config["sliding_window"] = model.Require("attention.sliding_window");
        RotaryPositions.Write(config, model, 10000);
        return config;
    }

    /// <inheritdoc/>
    public override TensorChange ChangeOf(string name, GgufModel model) =>
        name.EndsWith("norm.weight", StringComparison.Ordinal) ? new(ChangeKind.PlusOne) : default;

    /// <summary>What both Gemmas have.</summary>
    protected JsonObject Shared(GgufModel model, string architecture, string type)
    {
        var config = model.Common(architecture, type);
        config["head_dim"] = model.HeadSize;
        config["query_pre_attn_scalar"] = model.Layers == LargestLayers ? model.Hidden / model.Heads : model.HeadSize;
        config["hidden_activation"] = "gelu_pytorch_tanh";
        config["attention_bias"] = false;
        return config;
    }
}
