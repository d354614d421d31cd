namespace Mimir.Models.Templates;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks: "system", "user", "assistant", "tool", or what else the template knows.</param>
/// <param name="Content">What is said; null when a message only calls tools or <see cref="Parts"/> says it.</param>
public sealed record ChatMessage(string Role, string? Content)
{
    /// <summary>The content in parts, for templates that read a list of {"type": "text", "text": ...}. When set, <see cref="Content"/> is not used.</summary>
    public IReadOnlyList<string>? Parts { get; init; }

    /// <summary>Tools that the assistant calls.</summary>
    public IReadOnlyList<ChatToolCall>? ToolCalls { get; init; }

    /// <summary>For a tool's answer: the call that it answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>For a tool's answer: the tool's name. Else the speaker's name.</summary>
    public string? Name { get; init; }

    /// <summary>What the assistant thought before it answered (reasoning_content).</summary>
    public string? Reasoning { get; init; }
}

/// <summary>A tool that the assistant calls.</summary>
/// <param name="Id">Names the call.</param>
/// <param name="Name">The function.</param>
/// <param name="Arguments">A JSON object, as OpenAI's interface sends it; templates see it as a mapping.</param>
public sealed record ChatToolCall(string? Id, string Name, string Arguments);
