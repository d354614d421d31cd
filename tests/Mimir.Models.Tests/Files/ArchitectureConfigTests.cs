using System.Text;
using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Tests.Files;

/// <summary>What the config.json of published models means; keys as their authors wrote them.</summary>
public class ArchitectureConfigTests
{
    [Fact]
    public void Llama_3_2()
    {
        var config = Parse("""
            {"architectures":["LlamaForCausalLM"],"attention_bias":false,"bos_token_id":128000,"eos_token_id":128001,"head_dim":64,"hidden_act":"silu","hidden_size":2048,
             "intermediate_size":8192,"max_position_embeddings":131072,"mlp_bias":false,"model_type":"llama","num_attention_heads":32,"num_hidden_layers":16,
             "num_key_value_heads":8,"pretraining_tp":1,"rms_norm_eps":1e-05,"rope_scaling":{"factor":32.0,"high_freq_factor":4.0,"low_freq_factor":1.0,
             "original_max_position_embeddings":8192,"rope_type":"llama3"},"rope_theta":500000.0,"tie_word_embeddings":true,"vocab_size":128256}
            """);
        var frequencies = Assert.Single(config.Rotaries).Frequencies;
        Assert.Equal((131072, 32), (config.MaxPositions, frequencies.Count));
        Assert.Equal(1, frequencies[0]);
        // The longest wave turns less than once in 8,192 positions.
        Assert.Equal(Math.Pow(500000, -62.0 / 64) / 32, frequencies[^1], 1e-15);
    }

    [Fact]
    public void Qwen_3()
    {
        var config = Parse("""
            {"architectures":["Qwen3ForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"bos_token_id":151643,"eos_token_id":151645,"head_dim":128,"hidden_act":"silu",
             "hidden_size":1024,"intermediate_size":3072,"max_position_embeddings":40960,"max_window_layers":28,"model_type":"qwen3","num_attention_heads":16,
             "num_hidden_layers":28,"num_key_value_heads":8,"rms_norm_eps":1e-06,"rope_scaling":null,"rope_theta":1000000,"sliding_window":null,"tie_word_embeddings":true,
             "use_cache":true,"use_sliding_window":false,"vocab_size":151936}
            """);
        Assert.Equal((ModelFamily.Qwen3, true, 128, 1e6, false), (config.Family, config.HeadNorms, config.HeadSize, config.RotaryBase, config.AttentionBias));
        Assert.All(config.Attention, layer => Assert.Equal(new LayerAttention(0, 0), layer));
    }

    [Fact]
    public void Qwen_2_5_with_YaRN()
    {
        var config = Parse("""
            {"architectures":["Qwen2ForCausalLM"],"hidden_act":"silu","hidden_size":896,"intermediate_size":4864,"max_position_embeddings":32768,"max_window_layers":21,
             "model_type":"qwen2","num_attention_heads":14,"num_hidden_layers":24,"num_key_value_heads":2,"rms_norm_eps":1e-06,"rope_theta":1000000.0,"sliding_window":32768,
             "tie_word_embeddings":true,"use_sliding_window":false,"vocab_size":151936,
             "rope_scaling":{"factor":4.0,"original_max_position_embeddings":32768,"type":"yarn"}}
            """);
        Assert.Equal((true, false), (config.AttentionBias, config.OutputBias!.Value));
        Assert.Equal(0.1 * Math.Log(4) + 1, config.Rotaries[0].Scale, 1e-12);
        Assert.Equal(1, config.Rotaries[0].Frequencies[0]);
        Assert.Equal(Math.Pow(1e6, -62.0 / 64) / 4, config.Rotaries[0].Frequencies[^1], 1e-20);
    }

    [Fact]
    public void Gemma_2()
    {
        var config = Parse("""
            {"architectures":["Gemma2ForCausalLM"],"attention_bias":false,"attn_logit_softcapping":50.0,"bos_token_id":2,"cache_implementation":"hybrid","eos_token_id":1,
             "final_logit_softcapping":30.0,"head_dim":256,"hidden_act":"gelu_pytorch_tanh","hidden_activation":"gelu_pytorch_tanh","hidden_size":2304,"intermediate_size":9216,
             "max_position_embeddings":8192,"model_type":"gemma2","num_attention_heads":8,"num_hidden_layers":26,"num_key_value_heads":4,"query_pre_attn_scalar":256,
             "rms_norm_eps":1e-06,"rope_theta":10000.0,"sliding_window":4096,"vocab_size":256000}
            """);
        Assert.Equal((50, 30, 48, 1.0 / 16), (config.AttentionCap, config.LogitsCap, config.EmbeddingScale, config.QueryScale));
        Assert.Equal((true, true, ScalarFunction.GeluTanh), (config.TiedEmbeddings, config.PostNorms, config.Activation));
        Assert.Equal([4096, 0, 4096, 0], config.Attention.Take(4).Select(layer => layer.Window));
    }

    [Theory]
    [InlineData("""{"rope_theta":1000000,"rope_local_base_freq":10000,"rope_scaling":null,"sliding_window_pattern":6}""")]
    [InlineData("""{"rope_parameters":{"full_attention":{"rope_type":"default","rope_theta":1000000.0},"sliding_attention":{"rope_type":"default","rope_theta":10000.0}},"_sliding_window_pattern":6}""")]
    public void Gemma_3(string rotary)
    {
        var config = Parse($$"""
            {"architectures":["Gemma3ForCausalLM"],"attn_logit_softcapping":null,"final_logit_softcapping":null,"head_dim":256,"hidden_activation":"gelu_pytorch_tanh",
             "hidden_size":1152,"intermediate_size":6912,"max_position_embeddings":32768,"model_type":"gemma3_text","num_attention_heads":4,"num_hidden_layers":26,
             "num_key_value_heads":1,"query_pre_attn_scalar":256,"rms_norm_eps":1e-06,"sliding_window":512,"vocab_size":262144,{{rotary[1..]}}
            """);
        Assert.Equal([1e6, 1e4], config.Rotaries.Select(r => r.Base));
        Assert.Equal((0, 0, true, true), (config.AttentionCap, config.LogitsCap, config.HeadNorms, config.TiedEmbeddings));
        Assert.Equal([new LayerAttention(512, 1), new LayerAttention(0, 0), new LayerAttention(512, 1)], config.Attention.Skip(4).Take(3));
    }

    [Fact]
    public void Phi_3_5_ends_where_its_short_factors_do()
    {
        var factors = string.Join(',', Enumerable.Range(0, 48).Select(i => $"{1 + i}.0"));
        var config = Parse($$"""
            {"architectures":["Phi3ForCausalLM"],"hidden_act":"silu","hidden_size":3072,"intermediate_size":8192,"max_position_embeddings":131072,"model_type":"phi3",
             "num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":32,"original_max_position_embeddings":4096,"rms_norm_eps":1e-05,
             "rope_scaling":{"long_factor":[{{factors}}],"short_factor":[{{factors}}],"type":"longrope"},"rope_theta":10000.0,"sliding_window":262144,
             "tie_word_embeddings":false,"vocab_size":32064}
            """);
        Assert.Equal((4096, 96), (config.MaxPositions, config.Rotaries[0].Rotated));
        Assert.Equal(Math.Sqrt(1 + Math.Log(32) / Math.Log(4096)), config.Rotaries[0].Scale, 1e-12);
        Assert.Equal(Math.Pow(10000, -2.0 / 96) / 2, config.Rotaries[0].Frequencies[1], 1e-12);
    }

    [Fact]
    public void Pythia()
    {
        var config = Parse("""
            {"architectures":["GPTNeoXForCausalLM"],"bos_token_id":0,"eos_token_id":0,"hidden_act":"gelu","hidden_size":768,"intermediate_size":3072,"layer_norm_eps":1e-05,
             "max_position_embeddings":2048,"model_type":"gpt_neox","num_attention_heads":12,"num_hidden_layers":12,"rotary_emb_base":10000,"rotary_pct":0.25,
             "tie_word_embeddings":false,"use_parallel_residual":true,"vocab_size":50304}
            """);
        Assert.Equal((true, true, false, 16), (config.LayerNorm, config.ParallelResidual, config.GatedMlp, config.Rotaries[0].Rotated));
    }

    [Fact]
    public void Mistral_and_SmolLM_3()
    {
        const string Shape = """
            "hidden_size":64,"intermediate_size":96,"num_attention_heads":4,"num_hidden_layers":5,"num_key_value_heads":2,"max_position_embeddings":32768,"rms_norm_eps":1e-05,"vocab_size":99
            """;
        Assert.All(Parse($$"""{"architectures":["MistralForCausalLM"],"sliding_window":4096,{{Shape}}}""").Attention, layer => Assert.Equal(4096, layer.Window));
        Assert.All(Parse($$"""{"architectures":["MistralForCausalLM"],"sliding_window":null,{{Shape}}}""").Attention, layer => Assert.Equal(0, layer.Window));
        var smol = Parse($$"""{"architectures":["SmolLM3ForCausalLM"],"rope_theta":5000000.0,"sliding_window":null,"use_sliding_window":false,{{Shape}}}""");
        Assert.Equal([0, 0, 0, -1, 0], smol.Attention.Select(layer => layer.Rotary));
        // Dynamic scaling does nothing up to the longest context that is allowed.
        var dynamic = Parse($$"""{"architectures":["LlamaForCausalLM"],"rope_scaling":{"type":"dynamic","factor":2.0},{{Shape}}}""");
        Assert.Equal(RotaryTable.Plain(16, 10000), dynamic.Rotaries[0].Frequencies);
    }

    private static ModelConfig Parse(string json) => ModelConfig.Parse(JsonFile.Parse(Encoding.UTF8.GetBytes(json), "config.json"));
}
