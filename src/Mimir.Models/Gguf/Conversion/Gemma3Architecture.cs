using System.Text.Json.Nodes;

namespace Mimir.Models.Gguf.Conversion;

/// <summary>Gemma 3, its text model: five layers with a window and a base of their own, then one without. Source: conversion/gemma.py, Gemma3Model.</summary>
internal sealed class Gemma3Architecture : Gemma2Architecture
{
    /// <inheritdoc/>
    protected override int LargestLayers => 62;

    /// <inheritdoc/>
    public override JsonObject Config(GgufModel model)
    {
        var config = Shared(model, "Gemma3ForCausalLM", "gemma3_text");
        if (model.Number("final_logit_softcapping") is { } cap) config["final_logit_softcapping"] = cap;
        if (model.Find("attention.sliding_window") is { } window)
        {
            config["sliding_window"] = window;
            config["sliding_window_pattern"] = model.Find("attention.sliding_window_pattern") ?? 6;
        }
        else
        {
            config["sliding_window_pattern"] = 1;
        }
        config["rope_local_base_freq"] = model.Number("rope.freq_base_swa") ?? 10000;
        RotaryPositions.Write(config, model, 1_000_000);
        return config;
    }
}
