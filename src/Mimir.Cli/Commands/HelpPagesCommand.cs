using System.CommandLine;
using Mimir.Cli.Manual;

namespace Mimir.Cli.Commands;

/// <summary>`mimir help-pages`: the reference in docs/reference, from the code itself.</summary>
public static class HelpPagesCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var directory = new Argument<string>("DIR") { Description = "Where to put commands.md and configuration.md" };
        var command = new Command("help-pages", "Writes the reference of all commands and configuration keys as Markdown") { directory };
        command.SetAction(result =>
        {
            var target = Directory.CreateDirectory(result.GetValue(directory)!).FullName;
            File.WriteAllText(Path.Combine(target, "commands.md"), CommandReference.Write(RootCommands.Create()));
            File.WriteAllText(Path.Combine(target, "configuration.md"), ConfigReference.Write());
            return ExitCode.Done;
        });
        return command;
    }
}
