namespace Mimir.Gateway.OpenAi;

/// <summary>Tokens of a request and its answer.</summary>
internal sealed record Usage(int PromptTokens, int CompletionTokens, int TotalTokens)
{
    /// <summary>Both and their sum.</summary>
    public static Usage Of(int prompt, int completion) => new(prompt, completion, prompt + completion);
}

/// <summary>What this gateway says beside OpenAI's fields.</summary>
/// <param name="Session">The secure session, 32 hexadecimal digits.</param>
internal sealed record MimirNote(string Session)
{
    /// <summary>Of a whole answer with several choices: the session of each.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Sessions { get; init; }

    /// <summary>The sessions of a whole answer.</summary>
    public static MimirNote Of(IReadOnlyList<FinishedChoice> choices) =>
        new(choices[0].Result.Session.ToString()) { Sessions = choices.Count > 1 ? [.. choices.Select(c => c.Result.Session.ToString())] : null };
}

/// <summary>A chat's whole answer.</summary>
internal sealed record ChatAnswer(string Id, string Object, long Created, string Model, IReadOnlyList<ChatChoice> Choices, Usage Usage, MimirNote Mimir);

/// <summary>One of them.</summary>
internal sealed record ChatChoice(int Index, ChatReply Message, ChatProbabilities? Logprobs, string FinishReason);

/// <summary>What the model says.</summary>
internal sealed record ChatReply(string Role, string Content, string? Refusal);

/// <summary>A piece of a chat's answer.</summary>
internal sealed record ChatChunk(string Id, string Object, long Created, string Model, IReadOnlyList<ChunkChoice> Choices, MimirNote Mimir)
{
    /// <summary>In the last piece, when it was asked for.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public Usage? Usage { get; init; }
}

/// <summary>One of its choices.</summary>
internal sealed record ChunkChoice(int Index, ChunkDelta Delta, ChatProbabilities? Logprobs, string? FinishReason);

/// <summary>What is new.</summary>
internal sealed record ChunkDelta
{
    /// <summary>In the first piece.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    /// <summary>In all but the last one.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Content { get; init; }
}

/// <summary>A completion's whole answer, and a piece of it.</summary>
internal sealed record CompletionAnswer(string Id, string Object, long Created, string Model, IReadOnlyList<CompletionChoice> Choices, MimirNote Mimir)
{
    /// <summary>Of a whole answer, or in a stream's last piece when it was asked for.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public Usage? Usage { get; init; }
}

/// <summary>One of its choices.</summary>
internal sealed record CompletionChoice(int Index, string Text, CompletionProbabilities? Logprobs, string? FinishReason);

/// <summary>OpenAI's log probabilities of a chat.</summary>
internal sealed record ChatProbabilities(IReadOnlyList<ChatProbability> Content);

/// <summary>Of one token.</summary>
internal sealed record ChatProbability(string Token, double Logprob, IReadOnlyList<int> Bytes, IReadOnlyList<AlternativeProbability> TopLogprobs);

/// <summary>Of one that did not come.</summary>
internal sealed record AlternativeProbability(string Token, double Logprob, IReadOnlyList<int> Bytes);

/// <summary>OpenAI's log probabilities of a completion.</summary>
internal sealed record CompletionProbabilities(
    IReadOnlyList<string> Tokens, IReadOnlyList<double> TokenLogprobs, IReadOnlyList<IReadOnlyDictionary<string, double>> TopLogprobs, IReadOnlyList<int> TextOffset);
