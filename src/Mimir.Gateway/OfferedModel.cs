using Mimir.Client.Chat;
using Mimir.Client.Text;
using Mimir.Gateway.Errors;
using Mimir.Models.Templates;

namespace Mimir.Gateway;

/// <summary>A model that this gateway offers, with its owner's connection to the coordinator.</summary>
public sealed class OfferedModel : IDisposable
{
    private readonly ChatTemplate? _template;

    internal OfferedModel(TextOwner owner) => (Owner, _template) = (owner, ChatTemplate.TryOpen(owner.Model.Directory));

    /// <summary>As requests name it.</summary>
    public string Name => Owner.Model.Name;

    /// <summary>What turns text into secure sessions.</summary>
    public TextOwner Owner { get; }

    /// <summary>When its config.json was written.</summary>
    public DateTimeOffset Created => new(File.GetLastWriteTimeUtc(Path.Combine(Owner.Model.Directory, "config.json")));

    /// <summary>A conversation as the model's own template writes it, or as a plain transcript when it has none.</summary>
    /// <exception cref="ApiException">The template refuses the conversation.</exception>
    internal ChatPrompt Prompt(IReadOnlyList<ChatMessage> conversation)
    {
        try
        {
            return ChatPrompt.Of(Owner.Model, _template, conversation);
        }
        catch (ChatTemplateException error)
        {
            throw ApiException.Field("messages", $"messages: {error.Message}", "refused_by_template");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Owner.Dispose();
}
