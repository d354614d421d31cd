namespace Mimir.Cli;

/// <summary>A model as a person names it: a directory, or the name of the one that comes with Mimir.</summary>
internal static class NamedModel
{
    /// <summary>Its directory.</summary>
    /// <exception cref="UsageException">There is none of that name; names the shipped one.</exception>
    public static string Directory(string name)
    {
        if (File.Exists(Path.Combine(name, "config.json"))) return Path.TrimEndingDirectorySeparator(Path.GetFullPath(name));
        if (ShippedModel.Directory is { } shipped && Path.GetFileName(shipped) == name) return shipped;
        var known = ShippedModel.Directory is { } there ? $"; '{Path.GetFileName(there)}' comes with Mimir" : "";
        throw new UsageException($"there is no model '{name}': give a directory with a config.json{known}");
    }
}
