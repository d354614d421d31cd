namespace Mimir.Client.Sampling;

/// <summary>A request for something that the mode cannot do, or that nothing can; nothing was sent.</summary>
/// <param name="field">The field as OpenAI's interface calls it.</param>
/// <param name="message">One line: what was wrong, and what would be right.</param>
public sealed class SamplingRefusedException(string field, string message) : ArgumentException($"{field}: {message}")
{
    /// <summary>The field as OpenAI's interface calls it, such as "top_p".</summary>
    public string Field { get; } = field;

    /// <summary>Why, without the field's name.</summary>
    public string Reason { get; } = message;
}
