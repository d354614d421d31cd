using System.CommandLine;
using System.Globalization;
using Mimir.Gateway.Keys;

namespace Mimir.Cli.Commands;

/// <summary>`mimir gateway key`: who may call a gateway.</summary>
internal static class GatewayKeyCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("key", "API keys of a gateway; a change counts at once, also for a gateway that runs") { New(), List(), Revoke() };

    private static Command New()
    {
        var name = new Argument<string>("NAME") { Description = "Whom or what the key is for" };
        var (command, file) = Command("new", "Makes a key, prints it once, and keeps its hash");
        command.Arguments.Add(name);
        command.SetAction(result =>
        {
            var (key, text) = ApiKeyFile.Add(file(result), result.GetValue(name)!, TimeProvider.System.GetUtcNow());
            result.InvocationConfiguration.Error.WriteLine($"key {key.Id}; it is shown this once:");
            result.InvocationConfiguration.Output.WriteLine(text);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List()
    {
        var (command, file) = Command("list", "Shows the keys: number, name, since when, until when");
        command.SetAction(result =>
        {
            foreach (var key in ApiKeyFile.Read(file(result)))
                result.InvocationConfiguration.Output.WriteLine($"{key.Id}  {Date(key.Created)}  {(key.Revoked is { } end ? $"revoked {Date(end)}" : "good")}  {key.Name}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("KEY") { Description = "The key's number, as list shows it" };
        var (command, file) = Command("revoke", "Revokes a key");
        command.Arguments.Add(id);
        command.SetAction(result =>
        {
            ApiKeyFile.Revoke(file(result), result.GetValue(id)!, TimeProvider.System.GetUtcNow());
            return ExitCode.Done;
        });
        return command;
    }

    private static (Command Command, Func<ParseResult, string> File) Command(string name, string description)
    {
        var config = SharedOptions.Config();
        var keys = new Option<string?>("--keys") { Description = "The file of keys; gateway.keys of the configuration when not given", HelpName = "FILE" };
        return (new Command(name, description) { keys, config }, result => result.GetValue(keys) ?? SharedOptions.Settings(result, config).Gateway.Keys
            ?? throw new UsageException("name the file of keys with --keys FILE, or set gateway.keys in the file that --config names"));
    }

    private static string Date(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
