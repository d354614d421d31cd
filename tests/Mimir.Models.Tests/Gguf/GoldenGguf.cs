using System.Text.Json.Nodes;
using Mimir.Models.Files;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Models.Tests.Gguf;

/// <summary>A Hugging Face directory of any architecture as llama.cpp's converter would write it: keys, names and changes of conversion/*.py, forwards.</summary>
internal static class GoldenGguf
{
    private static readonly Dictionary<string, string> Outer = new()
    {
        ["model.embed_tokens"] = "token_embd", ["model.norm"] = "output_norm", ["lm_head"] = "output",
        ["gpt_neox.embed_in"] = "token_embd", ["gpt_neox.final_layer_norm"] = "output_norm", ["embed_out"] = "output",
    };

    private static readonly Dictionary<string, string> Inner = new(GgufTestModel.Block)
    {
        ["self_attn.qkv_proj"] = "attn_qkv", ["mlp.gate_up_proj"] = "ffn_up", ["self_attn.q_norm"] = "attn_q_norm", ["self_attn.k_norm"] = "attn_k_norm",
        ["attention.query_key_value"] = "attn_qkv", ["attention.dense"] = "attn_output", ["mlp.dense_h_to_4h"] = "ffn_up", ["mlp.dense_4h_to_h"] = "ffn_down",
    };

    public static byte[] Of(string directory, string architecture)
    {
        var config = JsonNode.Parse(File.ReadAllBytes(Path.Combine(directory, "config.json")))!.AsObject();
        var writer = Keys(config, architecture);
        GgufTestModel.AddVocabulary(writer, [new("<unk>", 0, 2), new("<s>", 0, 3), new("</s>", 0, 3), new("a", 0, 1)]);
        using var file = SafetensorsFile.Open(Path.Combine(directory, "model.safetensors"));
        foreach (var tensor in file.Tensors.Values)
        {
            var values = new double[tensor.Elements];
            file.Read(tensor, 0, values);
            writer.Singles(NameOf(tensor.Name, architecture), [.. tensor.Shape], Changed(values, tensor.Name, config, architecture));
        }
        if (config["rope_scaling"]?["long_factor"] is JsonArray far && config["rope_scaling"]!["short_factor"] is JsonArray near)
            writer.Singles("rope_factors_long.weight", [far.Count], [.. far.Select(Number)]).Singles("rope_factors_short.weight", [near.Count], [.. near.Select(Number)]);
        return writer.ToBytes();
    }

    private static GgufWriter Keys(JsonObject config, string architecture)
    {
        uint Whole(string key) => (uint)Number(config[key]);
        var head = config.ContainsKey("head_dim") ? Whole("head_dim") : Whole("hidden_size") / Whole("num_attention_heads");
        var writer = new GgufWriter().Text("general.architecture", architecture);
        void Add(string key, uint value) => writer.Number($"{architecture}.{key}", value);
        void AddSingle(string key, double value) => writer.Single($"{architecture}.{key}", (float)value);
        Add("context_length", Whole("max_position_embeddings"));
        Add("embedding_length", Whole("hidden_size"));
        Add("block_count", Whole("num_hidden_layers"));
        Add("feed_forward_length", Whole("intermediate_size"));
        Add("attention.head_count", Whole("num_attention_heads"));
        if (architecture == "gptneox")
        {
            Add("rope.dimension_count", (uint)(Number(config["rotary_pct"]) * head));
            writer.Flag("gptneox.use_parallel_residual", config["use_parallel_residual"]!.GetValue<bool>());
            AddSingle("attention.layer_norm_epsilon", Number(config["layer_norm_eps"]));
            return writer;
        }
        Add("attention.head_count_kv", Whole("num_key_value_heads"));
        AddSingle("attention.layer_norm_rms_epsilon", Number(config["rms_norm_eps"]));
        AddSingle("rope.freq_base", Number(config["rope_theta"]));
        if (config.ContainsKey("head_dim"))
        {
            Add("attention.key_length", head);
            Add("attention.value_length", head);
        }
        if (architecture is "gemma2" or "gemma3") Add("attention.sliding_window", Whole("sliding_window"));
        if (architecture == "gemma2")
        {
            AddSingle("attn_logit_softcapping", Number(config["attn_logit_softcapping"]));
            AddSingle("final_logit_softcapping", Number(config["final_logit_softcapping"]));
        }
        if (architecture == "gemma3") Add("attention.sliding_window_pattern", Whole("sliding_window_pattern"));
        if (config["rope_scaling"]?["rope_type"]?.GetValue<string>() == "linear")
        {
            writer.Text($"{architecture}.rope.scaling.type", "linear");
            AddSingle("rope.scaling.factor", Number(config["rope_scaling"]!["factor"]));
        }
        if (architecture == "phi3")
        {
            Add("rope.scaling.original_context_length", Whole("original_max_position_embeddings"));
            Add("rope.dimension_count", (uint)(Number(config["partial_rotary_factor"]) * head));
            Add("attention.sliding_window", Whole("sliding_window"));
        }
        return writer;
    }

    private static string NameOf(string name, string architecture)
    {
        var (stem, kind) = (name[..name.LastIndexOf('.')], name[(name.LastIndexOf('.') + 1)..]);
        if (Outer.TryGetValue(stem, out var outer)) return $"{outer}.{kind}";
        var parts = stem.Split('.');
        var inner = string.Join('.', parts[3..]);
        var gemma = architecture is "gemma2" or "gemma3";
        return $"blk.{parts[2]}." + (inner switch
        {
            "post_attention_layernorm" when gemma => "post_attention_norm",
            "pre_feedforward_layernorm" => "ffn_norm",
            "post_feedforward_layernorm" => "post_ffw_norm",
            _ => Inner[inner],
        }) + $".{kind}";
    }

    private static double[] Changed(double[] values, string name, JsonObject config, string architecture)
    {
        if (architecture is "gemma2" or "gemma3" && name.EndsWith("norm.weight", StringComparison.Ordinal)) return [.. values.Select(v => (double)((float)v + 1f))];
        if (architecture != "gptneox" || !name.Contains("query_key_value", StringComparison.Ordinal)) return values;
        // reshape(heads, 3, size, …), then [:, 0], [:, 1] and [:, 2] one after the other.
        var heads = (int)Number(config["num_attention_heads"]);
        var size = values.Length / heads / 3;
        return [.. Enumerable.Range(0, 3).SelectMany(part => Enumerable.Range(0, heads).SelectMany(head => values.AsSpan((head * 3 + part) * size, size).ToArray()))];
    }

    private static double Number(JsonNode? node) => node!.GetValue<double>();
}
