using System.Text;
using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Transformers;

namespace Mimir.Fuzzing;

/// <summary>config.json of the architectures besides Llama and GPT-2, each with all that it may say, and the layout of one that has nearly everything.</summary>
internal static class ArchitectureSeeds
{
    private const string Shape =
        """
        "hidden_size":16,"intermediate_size":24,"num_hidden_layers":2,"num_attention_heads":2,"num_key_value_heads":1,"vocab_size":17,"max_position_embeddings":32,"rms_norm_eps":1e-6
        """;

    private const string Gemma3 =
        """
        {"architectures":["Gemma3ForCausalLM"],"head_dim":8,"sliding_window":5,"sliding_window_pattern":2,"query_pre_attn_scalar":8,"rope_theta":1e6,"rope_local_base_freq":1e4,
        "rope_scaling":{"rope_type":"linear","factor":8},"attn_logit_softcapping":50,"final_logit_softcapping":30,SHAPE}
        """;

    /// <summary>One config.json each.</summary>
    public static IReadOnlyList<byte[]> Configs { get; } =
    [.. new[]
    {
        """{"architectures":["LlamaForCausalLM"],"rope_scaling":{"rope_type":"llama3","factor":8,"low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":16},SHAPE}""",
        """{"architectures":["LlamaForCausalLM"],"rope_scaling":{"type":"yarn","factor":4,"beta_fast":32,"beta_slow":1,"truncate":false,"attention_factor":1.1},SHAPE}""",
        """{"architectures":["MistralForCausalLM"],"sliding_window":5,"head_dim":8,SHAPE}""",
        """{"architectures":["Qwen2ForCausalLM"],"use_sliding_window":true,"sliding_window":5,"max_window_layers":1,SHAPE}""",
        """{"architectures":["Qwen3ForCausalLM"],"head_dim":8,"layer_types":["full_attention","sliding_attention"],"sliding_window":5,"use_sliding_window":true,SHAPE}""",
        """{"architectures":["Gemma2ForCausalLM"],"head_dim":8,"query_pre_attn_scalar":8,"hidden_activation":"gelu_pytorch_tanh","final_logit_softcapping":null,SHAPE}""",
        Gemma3,
        """{"model_type":"phi3","partial_rotary_factor":0.5,"original_max_position_embeddings":16,"rope_scaling":{"type":"su","short_factor":[1,1.5],"long_factor":[1,4]},SHAPE}""",
        """{"model_type":"gpt_neox","rotary_pct":0.25,"rotary_emb_base":10000,"use_parallel_residual":false,"attention_bias":false,"hidden_act":"gelu",SHAPE}""",
        """{"model_type":"smollm3","no_rope_layers":[1,0],"no_rope_layer_interval":2,"rope_parameters":{"rope_type":"default","rope_theta":5e6},SHAPE}""",
    }.Select(Filled)];

    /// <summary>Gemma 3's layout with caps: windows, two rotary tables, gains of heads and behind blocks.</summary>
    public static byte[] Layout() => ModelLayoutCodec.Write(ModelFolding.LayoutOf(ModelConfig.Parse(JsonFile.Parse(Filled(Gemma3), "config.json"))));

    private static byte[] Filled(string config) => Encoding.UTF8.GetBytes(config.Replace("SHAPE", Shape.Trim(), StringComparison.Ordinal));
}
