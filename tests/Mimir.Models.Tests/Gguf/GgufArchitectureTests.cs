using System.Text.Json.Nodes;
using Mimir.Models.Gguf;
using Mimir.Models.Gguf.Conversion;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Models.Tests.Gguf;

/// <summary>config.json as the model's own says it. Source of the keys: the config.json files that each architecture publishes.</summary>
public sealed class GgufArchitectureTests
{
    [Fact]
    public void Llama_3_gets_its_rotary_factors_back()
    {
        // conversion/llama.py, generate_extra_tensors, for factor 32, low 1, high 4, original context 8192, size 64.
        double[] factors = [.. Enumerable.Range(0, 32).Select(j =>
        {
            var length = 2 * Math.PI * Math.Pow(500000, 2.0 * j / 64);
            var smooth = (8192 / length - 1) / 3;
            return length < 2048 ? 1 : length > 8192 ? 32 : 1 / ((1 - smooth) / 32 + smooth);
        })];
        var writer = new GgufWriter().Text("general.architecture", "llama").Number("llama.context_length", 131072).Number("llama.embedding_length", 2048).Number("llama.block_count", 1)
            .Number("llama.feed_forward_length", 8192).Number("llama.attention.head_count", 32).Number("llama.attention.head_count_kv", 8).Single("llama.attention.layer_norm_rms_epsilon", 1e-5f)
            .Single("llama.rope.freq_base", 500000).Number("llama.rope.dimension_count", 64).Singles("token_embd.weight", [4, 2048], new double[8192]).Singles("rope_freqs.weight", [32], factors);
        GgufTestModel.AddVocabulary(writer, [new("<unk>", 0, 2), new("<s>", 0, 3), new("</s>", 0, 3), new("a", 0, 1)]);
        var config = Config(writer);
        Require(config["rope_scaling"]!, """{"rope_type":"llama3","factor":32,"low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":8192}""");
        Require(config["rms_norm_eps"]!, "1E-05");
        Require(config["rope_theta"]!, "500000");
    }

    [Fact]
    public void Qwen_2_and_3() => Assert.All((string[])["qwen2", "qwen3"], type =>
    {
        var config = Config(Architectures.Qwen(type));
        Require(config["model_type"]!, $"\"{type}\"");
        Require(config["architectures"]!, $"[\"Q{type[1..]}ForCausalLM\"]");
        Require(config["num_key_value_heads"]!, "1");
        Require(config["head_dim"]!, "4");
        Require(config["tie_word_embeddings"]!, "true");
    });

    [Fact]
    public void Gemma_2() => Require(Config(Architectures.Gemma2()), """
        {"architectures":["Gemma2ForCausalLM"],"model_type":"gemma2","hidden_size":8,"intermediate_size":16,"num_hidden_layers":1,"num_attention_heads":2,"num_key_value_heads":1,
         "vocab_size":4,"max_position_embeddings":64,"rms_norm_eps":1E-06,"tie_word_embeddings":true,"head_dim":16,"query_pre_attn_scalar":16,"hidden_activation":"gelu_pytorch_tanh",
         "attention_bias":false,"attn_logit_softcapping":50,"final_logit_softcapping":30,"sliding_window":4096,"rope_theta":10000,"bos_token_id":1,"eos_token_id":2}
        """);

    [Fact]
    public void Gemma_3() => Require(Config(Architectures.Gemma3()), """
        {"architectures":["Gemma3ForCausalLM"],"model_type":"gemma3_text","hidden_size":8,"intermediate_size":16,"num_hidden_layers":1,"num_attention_heads":2,"num_key_value_heads":1,
         "vocab_size":4,"max_position_embeddings":64,"rms_norm_eps":1E-06,"tie_word_embeddings":true,"head_dim":16,"query_pre_attn_scalar":16,"hidden_activation":"gelu_pytorch_tanh",
         "attention_bias":false,"sliding_window":512,"sliding_window_pattern":6,"rope_local_base_freq":10000,"rope_theta":1000000,"rope_scaling":{"rope_type":"linear","factor":8},
         "bos_token_id":1,"eos_token_id":2}
        """);

    [Fact]
    public void Phi_3()
    {
        var config = Config(Architectures.Phi3());
        Require(config["rope_scaling"]!, """{"type":"longrope","long_factor":[1.5,2.5],"short_factor":[1,1.25]}""");
        Require(config["original_max_position_embeddings"]!, "4096");
        Assert.Null(config["sliding_window"]);
    }

    [Fact]
    public void Gpt_2() => Require(Config(Architectures.Gpt2()), """
        {"architectures":["GPT2LMHeadModel"],"model_type":"gpt2","n_embd":8,"n_inner":16,"n_layer":1,"n_head":2,"n_positions":64,"vocab_size":4,"layer_norm_epsilon":1E-05,
         "activation_function":"gelu_new","tie_word_embeddings":true,"bos_token_id":1,"eos_token_id":2}
        """);

    [Fact]
    public void A_head_of_GPT_2_that_is_the_embedding_again_is_left_out()
    {
        Require(Config(Architectures.Gpt2().Singles("output.weight", [4, 8], new double[32]))["tie_word_embeddings"]!, "true");
        Require(Config(Architectures.Gpt2().Singles("output.weight", [4, 8], [.. new double[31], 1]))["tie_word_embeddings"]!, "false");
    }

    [Fact]
    public void GPT_NeoX() => Require(Config(Architectures.NeoX()), """
        {"architectures":["GPTNeoXForCausalLM"],"model_type":"gpt_neox","hidden_size":8,"intermediate_size":16,"num_hidden_layers":1,"num_attention_heads":2,"vocab_size":4,
         "max_position_embeddings":64,"layer_norm_eps":1E-05,"hidden_act":"gelu","rotary_pct":0.25,"rotary_emb_base":10000,"use_parallel_residual":true,"attention_bias":false,
         "tie_word_embeddings":true,"bos_token_id":1,"eos_token_id":2}
        """);

    [Fact]
    public void A_byte_level_tokenizer_says_how_it_cuts()
    {
        using var directory = new TemporaryDirectory();
        string[] tokens = ["a", "b", "ab", "<|end|>", "<tool>", "[PAD5]"];
        var writer = Architectures.Llama("gpt2").Text("tokenizer.ggml.pre", "qwen2").Texts("tokenizer.ggml.merges", ["a b"]).Integers("tokenizer.ggml.token_type", [1, 1, 1, 3, 4, 5])
            .Number("tokenizer.ggml.eos_token_id", 3).Text("tokenizer.chat_template", "{{x}}");
        // The keys of Llama("gpt2") hold one token; these replace them.
        var path = directory.Write("a.gguf", Replaced(writer, tokens));
        using var file = GgufFile.Open(path);
        var conversion = new GgufConversion(file);
        using MemoryStream json = new(), config = new();
        conversion.WriteTokenizer(json);
        conversion.WriteTokenizerConfig(config);
        var tokenizer = JsonNode.Parse(json.ToArray())!;
        Require(tokenizer["normalizer"]!, """{"type":"NFC"}""");
        Assert.Contains(@"\p{N}| ?[^\s", tokenizer["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.DoesNotContain("[PAD5]", tokenizer["model"]!["vocab"]!.AsObject().Select(e => e.Key));
        Assert.Equal([true, false], tokenizer["added_tokens"]!.AsArray().Select(t => t!["special"]!.GetValue<bool>()));
        Require(tokenizer["model"]!["merges"]!, """[["a","b"]]""");
        Assert.Null(tokenizer["post_processor"]);
        Require(JsonNode.Parse(config.ToArray())!["chat_template"]!, "\"{{x}}\"");
        Require(conversion.Config["eos_token_id"]!, "3");
    }

    private static byte[] Replaced(GgufWriter writer, string[] tokens) => writer.Replace("tokenizer.ggml.tokens").Texts("tokenizer.ggml.tokens", tokens).ToBytes();

    private static JsonObject Config(GgufWriter writer)
    {
        using var directory = new TemporaryDirectory();
        using var file = GgufFile.Open(directory.Write("a.gguf", writer.ToBytes()));
        return JsonNode.Parse(new GgufConversion(file).ConfigBytes())!.AsObject();
    }

    private static void Require(JsonNode actual, string expected)
    {
        var wanted = JsonNode.Parse(expected)!;
        Assert.True(JsonNode.DeepEquals(wanted, actual), $"{actual.ToJsonString()}\nis not\n{wanted.ToJsonString()}");
    }
}
