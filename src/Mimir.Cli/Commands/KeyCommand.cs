using System.CommandLine;
using Mimir.Trust;
using Mimir.Trust.KeyRelease;

namespace Mimir.Cli.Commands;

/// <summary>`mimir key`: data keys.</summary>
public static class KeyCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("key", "Data keys, under which files are sealed") { New(), KeySharingCommands.Split(), KeySharingCommands.Combine(), KeyHoldCommand.Create() };

    private static Command New()
    {
        var file = new Argument<string>("FILE") { Description = "Where to put it; whoever reads the file has the key" };
        var name = new Option<string>("--name") { Description = "Its public name, for example weights-2026", HelpName = "NAME", Required = true };
        var command = new Command("new", "Makes a random 256-bit key") { file, name };
        command.SetAction(result =>
        {
            if (!PeerName.IsValid(result.GetValue(name)))
                throw new UsageException("--name needs 1 to 63 characters out of a-z, 0-9, '.', '-', '_', beginning with a letter or digit");
            if (File.Exists(result.GetValue(file))) throw new UsageException($"{result.GetValue(file)}: exists already; name another file");
            using var key = DataKey.Generate(result.GetValue(name)!);
            DataKeyFile.Save(result.GetValue(file)!, key);
            return ExitCode.Done;
        });
        return command;
    }
}
