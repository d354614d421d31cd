using Mimir.Client.Text;
using Mimir.Gateway.OpenAi;
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
    /// <exception cref="Errors.ApiException">The template refuses the conversation.</exception>
    internal ChatPrompt Prompt(IReadOnlyList<Said> conversation) =>
        _template is null ? ChatPrompt.Transcribe(Owner.Model, conversation) : ChatPrompt.Render(Owner.Model, _template, conversation);

    /// <inheritdoc/>
    public void Dispose() => Owner.Dispose();
}
