namespace Mimir.Models.Tests.TestModels;

/// <summary>A random Llama of one block whose rows are whole blocks of every GGUF type, with a vocabulary for all bytes and three more. Has no tokenizer.</summary>
public static class WideLlama
{
    public static RandomTensors Save(TemporaryDirectory directory)
    {
        const int Hidden = 256;
        var tensors = new RandomTensors(5);
        tensors.Add("model.embed_tokens.weight", 262, Hidden);
        foreach (var name in (string[])["q_proj", "k_proj", "v_proj", "o_proj"]) tensors.Add($"model.layers.0.self_attn.{name}.weight", name is "k_proj" or "v_proj" ? 128 : 256, Hidden);
        tensors.Add("model.layers.0.mlp.gate_proj.weight", 256, Hidden);
        tensors.Add("model.layers.0.mlp.up_proj.weight", 256, Hidden);
        tensors.Add("model.layers.0.mlp.down_proj.weight", 256, Hidden);
        foreach (var name in (string[])["model.layers.0.input_layernorm", "model.layers.0.post_attention_layernorm", "model.norm"]) tensors.AddGain($"{name}.weight", Hidden);
        directory.Write("config.json", """
            {"architectures":["LlamaForCausalLM"],"hidden_size":256,"intermediate_size":256,"num_hidden_layers":1,"num_attention_heads":4,"num_key_value_heads":2,"vocab_size":262,
             "max_position_embeddings":16,"rms_norm_eps":1e-5,"tie_word_embeddings":true}
            """);
        directory.Write("model.safetensors", tensors.ToBytes());
        return tensors;
    }
}
