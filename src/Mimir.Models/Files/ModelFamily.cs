namespace Mimir.Models.Files;

/// <summary>The architectures that <see cref="Transformers.Transformer{T}"/> covers (docs/models.md).</summary>
public enum ModelFamily
{
    /// <summary>RMSNorm, rotary positions, grouped-query attention, gated MLP.</summary>
    Llama,

    /// <summary>LayerNorm, learned positions, plain MLP, biases: GPT-2.</summary>
    Gpt2,

    /// <summary>Llama with a sliding window.</summary>
    Mistral,

    /// <summary>Llama with biases of queries, keys and values.</summary>
    Qwen2,

    /// <summary>Llama whose query and key heads are normalised.</summary>
    Qwen3,

    /// <summary>Norms before and behind attention and MLP, soft caps, every other layer with a window.</summary>
    Gemma2,

    /// <summary>As Gemma 2, with normalised heads instead of caps and two rotary bases; text only.</summary>
    Gemma3,

    /// <summary>Llama with fused matrices and LongRoPE.</summary>
    Phi3,

    /// <summary>LayerNorm, partly rotated heads, attention and MLP in parallel: GPT-NeoX, Pythia.</summary>
    GptNeoX,

    /// <summary>Llama with layers that have no positions.</summary>
    SmolLm3,
}
