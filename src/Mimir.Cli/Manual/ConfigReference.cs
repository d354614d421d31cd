using System.Globalization;
using System.Text;
using Mimir.Cli.Configuration;

namespace Mimir.Cli.Manual;

/// <summary>docs/reference/configuration.md: every key.</summary>
internal static class ConfigReference
{
    /// <summary>The page.</summary>
    public static string Write()
    {
        var page = new StringBuilder("# Configuration keys\n\nWritten by `mimir help-pages docs/reference`; a test holds it to the code. ")
            .Append("[configuration.md](../configuration.md) says how files, environment and flags go together.\n\n")
            .Append("| key | environment | allowed | default | meaning |\n|---|---|---|---|---|\n");
        foreach (var key in ConfigSchema.Keys)
            page.Append(CultureInfo.InvariantCulture, $"| `{key.Path}` | `{key.Variable}` | {Cell(key.Allowed)} | {(key.Default is { } value ? $"`{value}`" : "")} | {Cell(key.Meaning)} |\n");
        return page.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
