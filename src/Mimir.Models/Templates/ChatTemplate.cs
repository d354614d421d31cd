using Mimir.Models.Templates.Evaluation;
using Mimir.Models.Templates.Syntax;
using Mimir.Models.Templates.Values;
using Mimir.Models.Tokenizers;

namespace Mimir.Models.Templates;

/// <summary>
/// A Jinja chat template as models ship it: from a conversation to the text that the model was trained on. Rendering is bounded in steps
/// and text, and reaches nothing outside of itself but the clock. Immutable and thread-safe.
/// </summary>
public sealed class ChatTemplate
{
    private const int MaxSource = 1_000_000;
    private readonly Block _template;
    private readonly IReadOnlyDictionary<string, string> _specialTokens;

    private ChatTemplate(string source, IReadOnlyDictionary<string, string> specialTokens)
    {
        if (source.Length > MaxSource) throw new ChatTemplateException($"has more than {MaxSource} characters");
        (Source, _specialTokens, _template) = (source, specialTokens, Parser.Parse(source));
    }

    /// <summary>The template as it is written.</summary>
    public string Source { get; }

    /// <summary>Reads a template.</summary>
    /// <param name="source">Jinja; white space is treated as under trim_blocks and lstrip_blocks, as chat templates are rendered everywhere.</param>
    /// <param name="specialTokens">Variables such as "bos_token", which the template may write.</param>
    /// <exception cref="ChatTemplateException">Not a template, or with a part that Mimir does not have; names it and its line.</exception>
    public static ChatTemplate Parse(string source, IReadOnlyDictionary<string, string>? specialTokens = null) =>
        new(source, specialTokens ?? new Dictionary<string, string>());

    /// <summary>
    /// The template of a model directory: chat_template.jinja, chat_template.json, or "chat_template" in tokenizer_config.json, whose
    /// special tokens it is given.
    /// </summary>
    /// <param name="directory">The model.</param>
    /// <param name="name">Which of several named templates; null: "default", or the only one.</param>
    /// <exception cref="ModelFormatException">No template there, none of that name, or a damaged file.</exception>
    /// <exception cref="ChatTemplateException">The template cannot be understood.</exception>
    public static ChatTemplate Open(string directory, string? name = null) => TryOpen(directory, name)
        ?? throw new ModelFormatException(directory, "has no chat template; give the model a chat_template.jinja, or use completions instead of chat");

    /// <summary>As <see cref="Open"/>, but null when the model has no template at all.</summary>
    /// <exception cref="ModelFormatException">None of that name, or a damaged file.</exception>
    /// <exception cref="ChatTemplateException">The template cannot be understood.</exception>
    public static ChatTemplate? TryOpen(string directory, string? name = null) =>
        ChatTemplateFiles.Find(directory, name) is { } found ? Parse(found.Source, found.SpecialTokens) : null;

    /// <summary>The conversation as the template writes it.</summary>
    /// <exception cref="ChatTemplateException">
    /// The template refuses it (<see cref="ChatTemplateException.RefusedByTemplate"/>), uses what is not there, or goes beyond the bounds.
    /// </exception>
    public string Render(IReadOnlyList<ChatMessage> messages, ChatTemplateOptions? options = null) => RenderMarked(messages, options).Text;

    /// <summary>As <see cref="Render"/>, and which parts of the text strangers wrote.</summary>
    /// <exception cref="ChatTemplateException">As for <see cref="Render"/>.</exception>
    public RenderedChat RenderMarked(IReadOnlyList<ChatMessage> messages, ChatTemplateOptions? options = null)
    {
        options ??= new ChatTemplateOptions();
        var budget = new Budget(options.MaxSteps, options.MaxCharacters);
        var scope = new Scope(null, budget);
        Globals.AddTo(scope, options.Clock);
        foreach (var (name, value) in Conversation.Variables(messages, options, _specialTokens, budget)) scope.Set(name, value);
        // As in Jinja, what a template sets does not replace what it was given anywhere else.
        var text = _template.Text(scope.Inner());
        try
        {
            UnicodeText.RequireValid(text.Text);
        }
        catch (ArgumentException e)
        {
            throw new ChatTemplateException("the text that it writes is not valid Unicode", inner: e);
        }
        return new RenderedChat(text.Text, text.Foreign);
    }

    /// <summary>
    /// The tokens of the rendered conversation. Control tokens come from the template alone: where a message, a tool or a variable spells
    /// one, such as "&lt;|im_end|&gt;", the spelling becomes ordinary text (or is refused, as <see cref="ChatTemplateOptions.ControlSpelling"/>
    /// says), so nobody can end a turn or begin one from inside a message. Control tokens are the tokenizer's special tokens and those
    /// added tokens that the template itself spells.
    /// </summary>
    /// <exception cref="ChatTemplateException">As for <see cref="Render"/>; or a control token is spelt and that is to be refused.</exception>
    /// <exception cref="ModelFormatException">The tokenizer cannot encode the text.</exception>
    public IReadOnlyList<int> EncodeMessages(ITokenizer tokenizer, IReadOnlyList<ChatMessage> messages, ChatTemplateOptions? options = null)
    {
        var rendered = RenderMarked(messages, options);
        var encoding = new EncodingOptions
        {
            AddSpecialTokens = false,
            PlainSpans = rendered.Foreign,
            Markup = token => Source.Contains(token, StringComparison.Ordinal),
        };
        if (options?.ControlSpelling == ControlSpelling.Refuse && tokenizer.SpellsControlToken(rendered.Text, encoding))
            throw new ChatTemplateException("a message spells one of the model's control tokens, and such messages are refused here");
        return tokenizer.Encode(rendered.Text, encoding);
    }
}
