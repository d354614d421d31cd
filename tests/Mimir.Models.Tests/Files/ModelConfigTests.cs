using System.Text;
using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Tests.Files;

public class ModelConfigTests
{
    private const string Llama = """
        {"architectures":["LlamaForCausalLM"],"hidden_size":64,"intermediate_size":172,"num_hidden_layers":5,"num_attention_heads":8,"vocab_size":512}
        """;

    [Fact]
    public void Llama_defaults_are_those_of_Hugging_Face()
    {
        var config = Parse(Llama);
        Assert.Equal(
            (ModelFamily.Llama, 8, 8, 2048, 1e-6, 10000.0, ScalarFunction.Silu, false, false, false),
            (config.Family, config.KeyValueHeads, config.HeadSize, config.MaxPositions, config.NormEpsilon, config.RotaryBase!.Value, config.Activation,
                config.TiedEmbeddings, config.AttentionBias, config.MlpBias));
        Assert.Null(config.BosTokenId);
        Assert.Empty(config.EosTokenIds);
    }

    [Fact]
    public void Gpt2_defaults_are_those_of_Hugging_Face()
    {
        var config = Parse("""{"model_type":"gpt2","n_inner":null,"eos_token_id":50256}""");
        Assert.Equal(
            (ModelFamily.Gpt2, 768, 12, 12, 3072, 50257, 1024, 1e-5, ScalarFunction.GeluTanh, true),
            (config.Family, config.HiddenSize, config.Layers, config.Heads, config.IntermediateSize, config.VocabularySize, config.MaxPositions,
                config.NormEpsilon, config.Activation, config.TiedEmbeddings));
        Assert.Null(config.RotaryBase);
        Assert.Equal([50256], config.EosTokenIds);
    }

    [Theory]
    [InlineData("""{"rope_parameters":{"rope_type":"default","rope_theta":500000.0},"sliding_window":4096,"eos_token_id":[1,2],"head_dim":16}""")]
    [InlineData("""{"rope_theta":500000.0,"rope_scaling":null,"sliding_window":null,"eos_token_id":[1,2],"head_dim":16,"unknown_key":{"x":[]}}""")]
    public void Harmless_variants_are_accepted(string more)
    {
        var config = Parse(With(more));
        Assert.Equal((500000.0, 16), (config.RotaryBase!.Value, config.HeadSize));
        Assert.Equal([1, 2], config.EosTokenIds);
    }

    [Theory]
    [InlineData("""{"architectures":["BertModel"]}""", "architectures", "BertModel")]
    [InlineData("""{"rope_scaling":{"rope_type":"llama3","factor":8}}""", "rope_scaling", "low_freq_factor")]
    [InlineData("""{"rope_scaling":{"rope_type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":1}}""", "high_freq_factor", "1")]
    [InlineData("""{"rope_scaling":{"type":"linear","factor":0.5}}""", "factor", "0.5")]
    [InlineData("""{"rope_scaling":{"type":"mrope","mrope_section":[16,24,24]}}""", "rope_scaling", "mrope")]
    [InlineData("""{"rope_parameters":{"rope_type":"yarn"}}""", "rope_parameters", "factor")]
    [InlineData("""{"rope_parameters":{"rope_type":"yarn","factor":4,"mscale":1.5}}""", "mscale", "1.5")]
    [InlineData("""{"rope_scaling":{"rope_type":"longrope","short_factor":[1,2,3],"long_factor":[1,2,3,4]}}""", "short_factor", "[1,2,3]")]
    [InlineData("""{"architectures":["MistralForCausalLM"],"layer_types":["full_attention"]}""", "layer_types", "full_attention")]
    [InlineData("""{"architectures":["MistralForCausalLM"],"sliding_window":"x"}""", "sliding_window", "x")]
    [InlineData("""{"architectures":["Qwen2ForCausalLM"]}""", "max_position_embeddings", "missing")]
    [InlineData("""{"architectures":["Gemma2ForCausalLM"],"max_position_embeddings":64,"head_dim":8,"use_bidirectional_attention":true}""", "use_bidirectional_attention", "true")]
    [InlineData("""{"architectures":["Gemma2ForCausalLM"],"max_position_embeddings":64,"head_dim":8,"attn_logit_softcapping":0.5}""", "attn_logit_softcapping", "0.5")]
    [InlineData("""{"architectures":["SmolLM3ForCausalLM"],"max_position_embeddings":64,"no_rope_layers":[1,0]}""", "no_rope_layers", "[1,0]")]
    [InlineData("""{"architectures":["GPTNeoXForCausalLM"],"rotary_pct":0.1}""", "rotary_pct", "0.1")]
    [InlineData("""{"architectures":["Qwen3MoeForCausalLM"]}""", "architectures", "Qwen3MoeForCausalLM")]
    [InlineData("""{"architectures":["Gemma3ForConditionalGeneration"]}""", "architectures", "Gemma3ForConditionalGeneration")]
    [InlineData("""{"partial_rotary_factor":0.5}""", "partial_rotary_factor", "0.5")]
    [InlineData("""{"sliding_window":1024}""", "sliding_window", "1024")]
    [InlineData("""{"hidden_act":"relu"}""", "hidden_act", "relu")]
    [InlineData("""{"num_key_value_heads":3}""", "num_key_value_heads", "3")]
    [InlineData("""{"num_attention_heads":7}""", "num_attention_heads", "7")]
    [InlineData("""{"head_dim":7}""", "head_dim", "7")]
    [InlineData("""{"head_dim":262144}""", "8 heads", "262144")]
    [InlineData("""{"hidden_size":-64}""", "hidden_size", "-64")]
    [InlineData("""{"hidden_size":1e99}""", "hidden_size", "1e99")]
    [InlineData("""{"vocab_size":"512"}""", "vocab_size", "512")]
    [InlineData("""{"num_hidden_layers":2000000000}""", "num_hidden_layers", "2000000000")]
    [InlineData("""{"tie_word_embeddings":"yes"}""", "tie_word_embeddings", "yes")]
    [InlineData("""{"rms_norm_eps":0}""", "rms_norm_eps", "0")]
    [InlineData("""{"quantization_config":{"bits":4}}""", "quantization_config", "bits")]
    [InlineData("""{"eos_token_id":"x"}""", "eos_token_id", "x")]
    [InlineData("""{"intermediate_size":null}""", "intermediate_size", "missing")]
    public void Unsupported_values_name_the_key_and_the_value(string more, string key, string value)
    {
        var error = Assert.Throws<ModelFormatException>(() => Parse(With(more)));
        Assert.StartsWith("config.json", error.Message);
        Assert.Contains(key, error.Message);
        Assert.Contains(value, error.Message);
    }

    [Theory]
    [InlineData("scale_attn_weights", "false")]
    [InlineData("scale_attn_by_inverse_layer_idx", "true")]
    [InlineData("add_cross_attention", "true")]
    [InlineData("activation_function", "\"relu\"")]
    [InlineData("n_head", "5")]
    public void Unsupported_values_of_gpt2_name_the_key_and_the_value(string key, string value)
    {
        var error = Assert.Throws<ModelFormatException>(() => Parse($$"""{"architectures":["GPT2LMHeadModel"],"{{key}}":{{value}} }"""));
        Assert.Contains(key, error.Message);
        Assert.Contains(value, error.Message);
    }

    private static ModelConfig Parse(string json) => ModelConfig.Parse(JsonFile.Parse(Encoding.UTF8.GetBytes(json), "config.json"));

    private static string With(string more)
    {
        var merged = System.Text.Json.Nodes.JsonNode.Parse(Llama)!.AsObject();
        foreach (var (key, value) in System.Text.Json.Nodes.JsonNode.Parse(more)!.AsObject()) merged[key] = value?.DeepClone();
        return merged.ToJsonString();
    }
}
