using Mimir.Models.Tests.TestModels;

namespace Mimir.Models.Tests.Gguf;

/// <summary>Keys of each architecture as llama.cpp's converter writes them, over the smallest shapes: 8 wide, 2 heads of 4, 1 block.</summary>
internal static class Architectures
{
    public static GgufWriter Llama(string tokenizer = "llama") => Common("llama", tokenizer).Number("llama.attention.head_count_kv", 2)
        .Single("llama.attention.layer_norm_rms_epsilon", 1e-5f).Single("llama.rope.freq_base", 500000).Number("llama.rope.dimension_count", 4);

    public static GgufWriter Qwen(string architecture) => Common(architecture).Number($"{architecture}.attention.head_count_kv", 1)
        .Single($"{architecture}.attention.layer_norm_rms_epsilon", 1e-6f).Single($"{architecture}.rope.freq_base", 1000000);

    public static GgufWriter Gemma2() => Common("gemma2").Number("gemma2.attention.head_count_kv", 1).Number("gemma2.attention.key_length", 16).Number("gemma2.attention.value_length", 16)
        .Single("gemma2.attention.layer_norm_rms_epsilon", 1e-6f).Single("gemma2.attn_logit_softcapping", 50).Single("gemma2.final_logit_softcapping", 30)
        .Number("gemma2.attention.sliding_window", 4096);

    public static GgufWriter Gemma3() => Common("gemma3").Number("gemma3.attention.head_count_kv", 1).Number("gemma3.attention.key_length", 16).Number("gemma3.attention.value_length", 16)
        .Single("gemma3.attention.layer_norm_rms_epsilon", 1e-6f).Single("gemma3.rope.freq_base", 1000000).Number("gemma3.attention.sliding_window", 512)
        .Text("gemma3.rope.scaling.type", "linear").Single("gemma3.rope.scaling.factor", 8);

    public static GgufWriter Phi3() => Common("phi3").Number("phi3.attention.head_count_kv", 2).Single("phi3.attention.layer_norm_rms_epsilon", 1e-5f)
        .Number("phi3.rope.dimension_count", 4).Single("phi3.rope.freq_base", 10000).Number("phi3.rope.scaling.original_context_length", 4096).Number("phi3.attention.sliding_window", 0)
        .Single("phi3.rope.scaling.attn_factor", 1.19f).Singles("rope_factors_long.weight", [2], [1.5, 2.5]).Singles("rope_factors_short.weight", [2], [1, 1.25]);

    public static GgufWriter Gpt2() => Common("gpt2").Single("gpt2.attention.layer_norm_epsilon", 1e-5f);

    public static GgufWriter NeoX() => Common("gptneox").Single("gptneox.attention.layer_norm_epsilon", 1e-5f).Number("gptneox.rope.dimension_count", 1).Flag("gptneox.use_parallel_residual", true);

    private static GgufWriter Common(string architecture, string tokenizer = "llama")
    {
        var writer = new GgufWriter().Text("general.architecture", architecture).Text("general.type", "model").Number($"{architecture}.context_length", 64)
            .Number($"{architecture}.embedding_length", 8).Number($"{architecture}.block_count", 1).Number($"{architecture}.feed_forward_length", 16).Number($"{architecture}.attention.head_count", 2)
            .Singles("token_embd.weight", [4, 8], new double[32]);
        if (tokenizer == "llama") GgufTestModel.AddVocabulary(writer, [new("<unk>", 0, 2), new("<s>", 0, 3), new("</s>", 0, 3), new("a", 0, 1)]);
        else writer.Text("tokenizer.ggml.model", tokenizer).Texts("tokenizer.ggml.tokens", ["a"]);
        return writer;
    }
}
