namespace Mimir.Models.Files;

/// <summary>The two architectures that <see cref="Transformers.Transformer{T}"/> covers.</summary>
public enum ModelFamily
{
    /// <summary>RMSNorm, rotary positions, grouped-query attention, gated MLP: Llama and Mistral without a sliding window.</summary>
    Llama,

    /// <summary>LayerNorm, learned positions, plain MLP, biases: GPT-2.</summary>
    Gpt2,
}
