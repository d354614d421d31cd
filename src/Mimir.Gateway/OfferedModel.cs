using Mimir.Client.Text;

namespace Mimir.Gateway;

/// <summary>A model that this gateway offers, with its owner's connection to the coordinator.</summary>
public sealed class OfferedModel : IDisposable
{
    internal OfferedModel(TextOwner owner) => Owner = owner;

    /// <summary>As requests name it.</summary>
    public string Name => Owner.Model.Name;

    /// <summary>What turns text into secure sessions.</summary>
    public TextOwner Owner { get; }

    /// <summary>When its config.json was written.</summary>
    public DateTimeOffset Created => new(File.GetLastWriteTimeUtc(Path.Combine(Owner.Model.Directory, "config.json")));

    /// <inheritdoc/>
    public void Dispose() => Owner.Dispose();
}
