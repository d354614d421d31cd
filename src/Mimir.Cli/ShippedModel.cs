namespace Mimir.Cli;

/// <summary>The model that comes with Mimir: the first directory with a config.json under models/, beside the program or above it.</summary>
public static class ShippedModel
{
    /// <summary>Its directory, or null when it is not there.</summary>
    public static string? Directory { get; } = Find(AppContext.BaseDirectory);

    /// <summary><paramref name="named"/>, or the shipped model's directory when none was named.</summary>
    /// <exception cref="UsageException">Neither is there.</exception>
    public static string Or(string? named) =>
        named ?? Directory ?? throw new UsageException("the shipped model is not beside this program; name one with --model DIR");

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
