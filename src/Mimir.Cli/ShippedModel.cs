using Mimir.Models.Store;

namespace Mimir.Cli;

/// <summary>The model that comes with Mimir: the first directory with a config.json under models/, beside the program or above it.</summary>
public static class ShippedModel
{
    /// <summary>Its directory, or null when it is not there.</summary>
    public static string? Directory { get; } = Find(AppContext.BaseDirectory);

    /// <summary>
    /// The directory of the model that was <paramref name="named"/>: a directory, the shipped model's name, or a name in the store (docs/models-store.md); the shipped model
    /// when none was named.
    /// </summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static string Or(string? named)
    {
        if (named is null) return Directory ?? throw new UsageException("the shipped model is not beside this program; name one with --model DIR");
        if (System.IO.Directory.Exists(named) || File.Exists(named) || ModelName.Find(named) is null) return named;
        if (Directory is { } shipped && Path.GetFileName(shipped) == named) return shipped;
        return Store().Find(named)
            ?? throw new UsageException($"{named}: directory not found, and the store has no model of this name; 'mimir model list' shows what it has, 'mimir pull' and 'mimir model import' add to it");
    }

    /// <summary>The user's store.</summary>
    public static ModelStore Store() => ModelStore.OfUser(Environment.GetEnvironmentVariable);

    /// <summary>Searches <paramref name="start"/> and the directories above it.</summary>
    internal static string? Find(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var models = new DirectoryInfo(Path.Combine(folder.FullName, "models"));
            if (!models.Exists) continue;
            var found = models.EnumerateDirectories().OrderBy(d => d.Name, StringComparer.Ordinal)
                .FirstOrDefault(d => File.Exists(Path.Combine(d.FullName, "config.json")));
            if (found is not null) return found.FullName;
        }
        return null;
    }
}
