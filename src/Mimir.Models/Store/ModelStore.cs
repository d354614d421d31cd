namespace Mimir.Models.Store;

/// <summary>
/// The models of this machine: ROOT/ORG/NAME, each a Hugging Face directory with a manifest. A model appears whole or not at all: it is written beside its place
/// and then renamed.
/// </summary>
/// <param name="root">The directory; made when something is stored.</param>
public sealed class ModelStore(string root)
{
    private const string Staging = ".staging";

    /// <summary>The directory.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>
    /// The user's: MIMIR_MODELS, else XDG_DATA_HOME/mimir/models, else ~/.local/share/mimir/models. <paramref name="variable"/> reads the environment.
    /// </summary>
    public static ModelStore OfUser(Func<string, string?> variable)
    {
        if (variable("MIMIR_MODELS") is { Length: > 0 } named) return new ModelStore(named);
        var data = variable("XDG_DATA_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg) ? xdg : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return new ModelStore(Path.Combine(data.Length > 0 ? data : ".", "mimir", "models"));
    }

    /// <summary>Where <paramref name="name"/> is, or would be.</summary>
    public string PathOf(ModelName name) => Path.Combine(Root, name.Organisation, name.Name);

    /// <summary>The directory of the model called <paramref name="text"/>, or null when there is none, or no such name is possible.</summary>
    public string? Find(string text) => ModelName.Find(text) is { } name && File.Exists(Path.Combine(PathOf(name), ModelManifest.FileName)) ? PathOf(name) : null;

    /// <summary>All models, by name.</summary>
    /// <exception cref="ModelFormatException">A manifest is damaged.</exception>
    public IReadOnlyList<ModelManifest> List()
    {
        if (!Directory.Exists(Root)) return [];
        return [.. Directory.EnumerateDirectories(Root).Where(d => !Path.GetFileName(d).StartsWith('.')).SelectMany(Directory.EnumerateDirectories)
            .Select(ModelManifest.Find).OfType<ModelManifest>().OrderBy(m => m.Name, StringComparer.Ordinal)];
    }

    /// <summary>Removes a model; false when there is none of this name.</summary>
    public bool Remove(ModelName name)
    {
        if (Find(name.ToString()) is not { } path) return false;
        Discard(path);
        var organisation = Path.GetDirectoryName(path)!;
        if (!Directory.EnumerateFileSystemEntries(organisation).Any()) Directory.Delete(organisation);
        return true;
    }

    /// <summary>An empty directory in which <paramref name="name"/> is put together, or, when <paramref name="revision"/> is given, what was left of an earlier attempt at that revision.</summary>
    /// <exception cref="ModelStoreException">Somebody else is at it.</exception>
    internal StagedModel Stage(ModelName name, string? revision = null)
    {
        Directory.CreateDirectory(Path.Combine(Root, Staging));
        return new StagedModel(this, name, Path.Combine(Root, Staging, $"{name.Organisation}+{name.Name}"), revision);
    }

    /// <summary>Puts the directory <paramref name="staged"/> into its place, instead of what is there.</summary>
    internal void Install(string staged, ModelName name)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var old = Directory.Exists(path) ? MoveAside(path) : null;
        try
        {
            Directory.Move(staged, path);
        }
        catch when (old is not null)
        {
            Directory.Move(old, path);
            throw;
        }
        if (old is not null) Directory.Delete(old, recursive: true);
    }

    private void Discard(string path) => Directory.Delete(MoveAside(path), recursive: true);

    private string MoveAside(string path)
    {
        var aside = Path.Combine(Root, Staging, Path.GetRandomFileName());
        Directory.CreateDirectory(Path.GetDirectoryName(aside)!);
        Directory.Move(path, aside);
        return aside;
    }
}
