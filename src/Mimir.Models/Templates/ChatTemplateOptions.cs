using System.Text.Json;

namespace Mimir.Models.Templates;

/// <summary>What else a template is given.</summary>
public sealed record ChatTemplateOptions
{
    /// <summary>The prompt ends where the assistant's answer begins.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Tools as OpenAI's interface describes them: a JSON array. Undefined value: none.</summary>
    public JsonElement Tools { get; init; }

    /// <summary>More variables, for example "enable_thinking". They may not replace messages, tools or the special tokens.</summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>What <see cref="ChatTemplate.EncodeMessages"/> does when a message spells a control token.</summary>
    public ControlSpelling ControlSpelling { get; init; } = ControlSpelling.AsText;

    /// <summary>What strftime_now reads.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Bound on the work of one rendering: nodes evaluated, and one more for every eight characters written or moved.</summary>
    public long MaxSteps { get; init; } = 16_000_000;

    /// <summary>Bound on every text that a rendering makes, in characters.</summary>
    public int MaxCharacters { get; init; } = 8_000_000;
}

/// <summary>What to do with a message that spells a control token, such as "&lt;|im_end|&gt;".</summary>
public enum ControlSpelling
{
    /// <summary>The spelling becomes ordinary text tokens.</summary>
    AsText,

    /// <summary>The conversation is refused.</summary>
    Refuse,
}
