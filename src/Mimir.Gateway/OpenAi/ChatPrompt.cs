using System.Text;
using Mimir.Client.Text;
using Mimir.Gateway.Errors;
using Mimir.Models.Templates;
using Mimir.Models.Tokenizers;

namespace Mimir.Gateway.OpenAi;

/// <summary>From a conversation to the tokens of a prompt. What is said never becomes a control token of the model.</summary>
/// <param name="Tokens">The prompt.</param>
/// <param name="Stop">Texts at which the answer ends because somebody else speaks; only without the model's own template.</param>
internal sealed record ChatPrompt(IReadOnlyList<int> Tokens, IReadOnlyList<string> Stop)
{
    private const string User = "User:", Assistant = "Assistant:";

    /// <summary>The prompt as the model's own template writes it.</summary>
    /// <exception cref="ApiException">The template refuses the conversation.</exception>
    public static ChatPrompt Render(TextModel model, ChatTemplate template, IReadOnlyList<Said> conversation)
    {
        try
        {
            return new(template.EncodeMessages(model.Tokenizer, [.. conversation.Select(s => new ChatMessage(s.Role, s.Text))]), []);
        }
        catch (ChatTemplateException error)
        {
            throw ApiException.Field("messages", $"messages: {error.Message}", "refused_by_template");
        }
    }

    /// <summary>
    /// A plain transcript, for models that were trained on no chat: system messages as paragraphs, then "User: …" and "Assistant: …" line by line, and
    /// "Assistant:" at its end. The answer ends where the next line of the user would begin.
    /// </summary>
    public static ChatPrompt Transcribe(TextModel model, IReadOnlyList<Said> conversation)
    {
        var text = Transcript(conversation);
        return new(model.Tokenizer.Encode(text, new EncodingOptions { PlainSpans = [new TextSpan(0, text.Length)] }), ["\n" + User]);
    }

    /// <summary>The transcript's text.</summary>
    internal static string Transcript(IReadOnlyList<Said> conversation)
    {
        var text = new StringBuilder();
        foreach (var (role, said) in conversation)
            text.Append(role switch { "system" => $"{said}\n\n", "user" => $"{User} {said}\n", _ => $"{Assistant} {said}\n" });
        return text.Append(Assistant).ToString();
    }
}
