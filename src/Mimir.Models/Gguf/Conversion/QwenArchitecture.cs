using System.Text.Json.Nodes;

namespace Mimir.Models.Gguf.Conversion;

/// <summary>Qwen 2 and 2.5 (biases on query, key and value) and Qwen 3 (norms of queries and keys). Source: conversion/qwen.py.</summary>
internal sealed class QwenArchitecture(string architecture, string type) : GgufArchitecture
{
    private static readonly Dictionary<string, string> Names = new(LlamaArchitecture.CommonInner, StringComparer.Ordinal)
    {
        ["attn_q_norm"] = "self_attn.q_norm",
        ["attn_k_norm"] = "self_attn.k_norm",
    };

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string> Outer => LlamaArchitecture.CommonOuter;

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string> Inner => Names;

    /// <inheritdoc/>
    public override JsonObject Config(GgufModel model)
    {
        var config = model.Common(architecture, type);
        config["head_dim"] = model.HeadSize;
        config["hidden_act"] = "silu";
        config["use_sliding_window"] = false;
        if (type == "qwen3") config["attention_bias"] = model.Has("attn_q.bias");
        RotaryPositions.Write(config, model, 10000);
        return config;
    }
}
