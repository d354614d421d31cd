using System.CommandLine;
using System.Globalization;
using System.Text;

namespace Mimir.Cli.Manual;

/// <summary>docs/reference/commands.md: every command with its arguments, options and examples.</summary>
internal static class CommandReference
{
    /// <summary>The page.</summary>
    public static string Write(RootCommand root)
    {
        var page = new StringBuilder("# Commands\n\nWritten by `mimir help-pages docs/reference`; a test holds it to the code. ")
            .Append("`mimir COMMAND --help` says the same.\n\n").Append("| exit status | means |\n|---|---|\n");
        foreach (var (code, meaning) in ManualPages.ExitCodes) page.Append(CultureInfo.InvariantCulture, $"| {code} | {meaning} |\n");
        page.Append("\n| command | does |\n|---|---|\n");
        foreach (var command in root.Subcommands.Where(c => !c.Hidden))
            page.Append(CultureInfo.InvariantCulture, $"| [`mimir {command.Name}`](#mimir-{command.Name}) | {Cell(command.Description)} |\n");
        foreach (var command in root.Subcommands.Where(c => !c.Hidden)) Write(page, command, "mimir");
        return page.ToString();
    }

    private static void Write(StringBuilder page, Command command, string parent)
    {
        var path = $"{parent} {command.Name}";
        page.Append(CultureInfo.InvariantCulture, $"\n## {path}\n\n{command.Description}.\n");
        if (ManualPages.Of(path["mimir ".Length..]) is { } manual && manual.Details.Length > 0) page.Append(CultureInfo.InvariantCulture, $"\n{manual.Details}\n");
        var arguments = command.Arguments.Where(a => !a.Hidden).ToArray();
        var options = command.Options.Where(o => !o.Hidden && o.Name != "--help").ToArray();
        if (arguments.Length + options.Length > 0) page.Append("\n| argument or option | meaning | default |\n|---|---|---|\n");
        foreach (var argument in arguments) page.Append(CultureInfo.InvariantCulture, $"| `{argument.Name}` | {Cell(argument.Description)} | |\n");
        foreach (var option in options) page.Append(CultureInfo.InvariantCulture, $"| `{Names(option)}` | {Cell(option.Description)}{(option.Required ? " (needed)" : "")} | {Default(option)} |\n");
        if (ManualPages.Of(path["mimir ".Length..]) is { Examples.Count: > 0 } shown)
            page.Append(CultureInfo.InvariantCulture, $"\n```sh\n{string.Join('\n', shown.Examples)}\n```\n");
        foreach (var sub in command.Subcommands.Where(c => !c.Hidden)) Write(page, sub, path);
    }

    private static string Names(Option option)
    {
        var names = string.Join("`, `", option.Aliases.Prepend(option.Name).Distinct());
        return option.HelpName is { Length: > 0 } value ? $"{names} {value.Replace("|", "\\|", StringComparison.Ordinal)}" : names;
    }

    private static string Default(Option option) =>
        option is { HasDefaultValue: true, Required: false } && option.GetDefaultValue() is { } value and not (false or Array) ? Cell(string.Create(CultureInfo.InvariantCulture, $"`{value}`")) : "";

    private static string Cell(string? text) => (text ?? "").Replace("|", "\\|", StringComparison.Ordinal);
}
