using System.Text;
using Mimir.Client.Text;
using Mimir.Models.Templates;
using Mimir.Models.Tokenizers;

namespace Mimir.Client.Chat;

/// <summary>A conversation as the prompt for its next answer. What is said never becomes a control token of the model.</summary>
/// <param name="Tokens">The prompt.</param>
/// <param name="Stop">Texts at which the answer ends because somebody else speaks; none with the model's own template, whose end token says so.</param>
public sealed record ChatPrompt(IReadOnlyList<int> Tokens, IReadOnlyList<string> Stop)
{
    private const string User = "User:", Assistant = "Assistant:";

    /// <summary>The prompt of <paramref name="messages"/> by the model's template, or, for a model that has none, as a transcript.</summary>
    /// <param name="model">The model.</param>
    /// <param name="template">Its template (<see cref="ChatTemplate.TryOpen"/>), or null.</param>
    /// <param name="messages">Roles "system", "user" and "assistant", in order, at least one.</param>
    /// <exception cref="ChatTemplateException">The template refuses the conversation.</exception>
    /// <exception cref="ArgumentException">There is no message.</exception>
    public static ChatPrompt Of(TextModel model, ChatTemplate? template, IReadOnlyList<ChatMessage> messages)
    {
        if (messages.Count == 0) throw new ArgumentException("a conversation needs at least one message");
        if (template is not null) return new(template.EncodeMessages(model.Tokenizer, messages), []);
        var text = Transcript(messages);
        return new(model.Tokenizer.Encode(text, new EncodingOptions { PlainSpans = [new TextSpan(0, text.Length)] }), ["\n" + User]);
    }

    /// <summary>
    /// A conversation as plain text, for models that were trained on no chat: system messages as paragraphs, then "User: …" and "Assistant: …" line by line,
    /// and "Assistant:" at its end.
    /// </summary>
    public static string Transcript(IReadOnlyList<ChatMessage> messages)
    {
        var text = new StringBuilder();
        foreach (var message in messages)
            text.Append(message.Role switch { "system" => $"{message.Content}\n\n", "user" => $"{User} {message.Content}\n", _ => $"{Assistant} {message.Content}\n" });
        return text.Append(Assistant).ToString();
    }
}
