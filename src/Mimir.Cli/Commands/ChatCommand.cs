using System.CommandLine;
using System.Runtime.InteropServices;
using Mimir.Cli.Chat;
using Mimir.Cli.Keeping;
using Mimir.Services.Hardening;

namespace Mimir.Cli.Commands;

/// <summary>`mimir chat`: a conversation at the terminal.</summary>
public static class ChatCommand
{
    /// <summary>The command's word: it deals with interrupts itself.</summary>
    internal const string Name = "chat";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command(Name, "Talks with the model of the running cluster, turn by turn; nobody else sees what is said");
        var config = SharedOptions.Config();
        var model = new Option<string?>("--model") { Description = "With --config: directory with the model's config.json and tokenizer; the shipped model when not given", HelpName = "DIR" };
        var system = new Option<string?>("--system") { Description = "What the model is told first", HelpName = "TEXT" };
        var whole = new Option<bool>("--no-reuse") { Description = "Have the parties compute every prompt from its beginning, and keep nothing between answers" };
        var parties = SharedOptions.Parties();
        var security = SharedOptions.Security();
        command.Options.Add(system);
        var talk = new TalkArguments(command);
        foreach (var option in (Option[])[whole, config, model, parties, security]) command.Options.Add(option);
        var weights = new WeightArguments(command);
        command.SetAction(async (result, _) =>
        {
            var settings = SharedOptions.Settings(result, config);
            var options = talk.Read(result, settings);
            ProcessHardening.Apply();
            await using var access = Open();
            var session = new ChatSession(access.Owner, access.Options, reuse: !result.GetValue(whole)) { System = result.GetValue(system) };
            var output = result.InvocationConfiguration.Output;
            ILineSource lines = Console.IsInputRedirected || Console.IsOutputRedirected ? new PlainLines(Console.In) : new LineEditor(() => Console.ReadKey(intercept: true), output);
            var terminal = new ChatTerminal(session, access.Owner.Model.Name, lines, output);
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
            {
                signal.Cancel = true;
                terminal.Interrupt();
            });
            await terminal.RunAsync(CancellationToken.None);
            return ExitCode.Done;

            ClusterAccess Open()
            {
                if (result.GetValue(config) is not null)
                    return ClusterAccess.Of(settings, ShippedModel.Or(result.GetValue(model)), options with
                    {
                        Parties = result.GetValue(parties),
                        Active = SharedOptions.IsActive(result, security, settings),
                        Weights = weights.Read(result),
                    });
                if (result.GetValue(model) is not null) throw new UsageException("--model goes with --config; without it the model is that of the cluster that is up ('mimir up --model DIR')");
                var state = StateDirectory.OfUser();
                return ClusterAccess.Of(state, NoClusterException.Require(state), options);
            }
        });
        return command;
    }
}
