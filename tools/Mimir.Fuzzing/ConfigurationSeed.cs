using System.Text;
using Mimir.Cli.Configuration;

namespace Mimir.Fuzzing;

/// <summary>Configurations: one with every key at its default, nested and flat, and an empty one.</summary>
internal static class ConfigurationSeed
{
    /// <summary>The files.</summary>
    public static IReadOnlyList<byte[]> Files { get; } = [Encoding.UTF8.GetBytes(Whole()), "security: passive\ntls:\n  enabled: true\nscheduler: {max_lanes: 2}\n"u8.ToArray(), []];

    private static string Whole()
    {
        var text = new StringBuilder();
        foreach (var section in ConfigSchema.Keys.Where(k => k.Default is not null).GroupBy(k => k.Path.Contains('.') ? k.Path.Split('.')[0] : ""))
        {
            if (section.Key.Length > 0) text.Append(section.Key).Append(":\n");
            foreach (var key in section) text.Append(section.Key.Length > 0 ? "  " + key.Path[(section.Key.Length + 1)..] : key.Path).Append(": ").Append(key.Default).Append('\n');
        }

        return text.ToString();
    }
}
