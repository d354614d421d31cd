namespace Mimir.Models.Files;

/// <summary>What an architecture's config.json means where a key of <see cref="DecoderConfig"/> is missing; null: then it is refused.</summary>
internal sealed record DecoderDefaults
{
    /// <summary>tie_word_embeddings.</summary>
    public required bool Tied { get; init; }

    /// <summary>max_position_embeddings.</summary>
    public int? Positions { get; init; }

    /// <summary>head_dim; null: hidden_size / num_attention_heads.</summary>
    public int? HeadSize { get; init; }

    /// <summary>The key of the MLP's activation.</summary>
    public string Activation { get; init; } = "hidden_act";

    /// <summary>Its value.</summary>
    public string Function { get; init; } = "silu";

    /// <summary>rope_theta.</summary>
    public double RotaryBase { get; init; } = 10000;

    /// <summary>Whether partial_rotary_factor may leave part of a head unturned.</summary>
    public bool PartialRotary { get; init; }

    /// <summary>The entry of rope_parameters that counts, where they are by kind of layer.</summary>
    public string? RotaryKind { get; init; }
}
