using Spectre.Console;

namespace Mimir.Cli;

/// <summary>Two-column tables on whatever writer a command was given.</summary>
public static class Tables
{
    /// <summary>Prints <paramref name="rows"/> under <paramref name="title"/>; a row with an empty value starts a group.</summary>
    public static void Print(TextWriter output, string title, IEnumerable<(string Name, string Value)> rows)
    {
        var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle(Markup.Escape(title)), ShowHeaders = false };
        table.AddColumn("").AddColumn("");
        foreach (var (name, value) in rows)
            table.AddRow(new Markup(value.Length == 0 ? $"[bold]{Markup.Escape(name)}[/]" : Markup.Escape(name)), new Text(value));
        ConsoleOn(output).Write(table);
    }

    /// <summary>A console on <paramref name="output"/>; colours only when that is a terminal.</summary>
    public static IAnsiConsole ConsoleOn(TextWriter output)
    {
        var terminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!terminal) console.Profile.Width = 120;
        return console;
    }
}
