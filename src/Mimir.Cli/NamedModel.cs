using Mimir.Models.Store;

namespace Mimir.Cli;

/// <summary>A model as a person names it: a directory, the name of the one that comes with Mimir, or the name of one in the store.</summary>
internal static class NamedModel
{
    /// <summary>Its directory.</summary>
    /// <exception cref="UsageException">There is none of that name; names the shipped one.</exception>
    public static string Directory(string name)
    {
        if (File.Exists(Path.Combine(name, "config.json"))) return Path.TrimEndingDirectorySeparator(Path.GetFullPath(name));
        if (ShippedModel.Directory is { } shipped && Path.GetFileName(shipped) == name) return shipped;
        var known = ShippedModel.Directory is { } there ? $"; '{Path.GetFileName(there)}' comes with Mimir" : "";
        return (ModelName.Find(name) is null ? null : ShippedModel.Store().Find(name))
            ?? throw new UsageException($"there is no model '{name}': give a directory with a config.json, or the name of one in the store ('mimir model list'){known}");
    }
}
