using System.Text.Json.Nodes;

namespace Mimir.Models.Gguf.Conversion;

/// <summary>Phi-3 and Phi-4-mini: one matrix for query, key and value, one for gate and up. Source: conversion/phi.py, Phi3MiniModel.</summary>
internal sealed class Phi3Architecture : GgufArchitecture
{
    private static readonly Dictionary<string, string> Names = new(LlamaArchitecture.CommonInner, StringComparer.Ordinal)
    {
        ["attn_qkv"] = "self_attn.qkv_proj",
        ["ffn_up"] = "mlp.gate_up_proj",
    };

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string> Outer => LlamaArchitecture.CommonOuter;

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string> Inner => Names;

    /// <inheritdoc/>
    public override JsonObject Config(GgufModel model)
    {
        var config = model.Common("Phi3ForCausalLM", "phi3");
        config["hidden_act"] = "silu";
        config["original_max_position_embeddings"] = model.Find("rope.scaling.original_context_length") ?? model.Require("context_length");
        // Absent in files of the first months, 0 in those without a window.
        if (model.Find("attention.sliding_window", 0) is { } window and > 0) config["sliding_window"] = window;
        RotaryPositions.Write(config, model, 10000);
        if (model.Vector("rope_factors_long.weight") is { } far && model.Vector("rope_factors_short.weight") is { } near)
            config["rope_scaling"] = new JsonObject { ["type"] = "longrope", ["long_factor"] = Array(far), ["short_factor"] = Array(near) };
        return config;
    }

    private static JsonArray Array(float[] values) => [.. values.Select(v => (JsonNode)v)];
}
