namespace Mimir.Cli.Configuration;

/// <summary>Settings from environment variables: MIMIR__TLS__ENABLED is tls.enabled.</summary>
public static class EnvironmentSettings
{
    private const string Prefix = "MIMIR__";

    /// <summary>The settings among <paramref name="variables"/>, by key.</summary>
    /// <exception cref="ConfigurationException">A variable that begins with MIMIR__ names no key.</exception>
    public static IReadOnlyList<Setting> Read(IEnumerable<KeyValuePair<string, string>> variables)
    {
        var settings = new List<Setting>();
        foreach (var (name, value) in variables.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) continue;
            var path = name[Prefix.Length..].Replace("__", ".", StringComparison.Ordinal).ToLowerInvariant();
            var origin = $"environment variable {Setting.Shown(name)}";
            if (ConfigSchema.Find(path) is null)
            {
                var nearest = ConfigSchema.Find(ConfigSchema.Nearest(path))!;
                throw new ConfigurationException($"{origin}: there is no key '{Setting.Shown(path)}'; the nearest is '{nearest.Path}' ({nearest.Variable})");
            }
            settings.Add(new Setting(path, value, origin));
        }
        return settings;
    }

    /// <summary>This process's environment.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfProcess()
    {
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
            yield return new((string)entry.Key, (string?)entry.Value ?? "");
    }
}
