using System.CommandLine;
using Mimir.Cli.Keeping;

namespace Mimir.Cli.Commands;

/// <summary>`mimir logs`: what the processes of the cluster have said.</summary>
public static class LogsCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var role = new Argument<string?>("ROLE") { Description = "Whose: a name as 'mimir ps' shows it; all of them, in order of time, when not given", Arity = ArgumentArity.ZeroOrOne };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what comes, until the cluster ends or Ctrl+C" };
        var lines = SharedOptions.Bounded(new Option<int>("--lines", "-n") { Description = "How many of the last lines", HelpName = "N", DefaultValueFactory = _ => 200 }, 0, 100_000);
        var command = new Command("logs", "What the processes of the cluster have logged; never a prompt, a token or a weight") { role, follow, lines };
        command.SetAction(async (result, cancellation) =>
        {
            var state = StateDirectory.OfUser();
            var only = result.GetValue(role);
            var reader = new LogReader(state.LogDirectory, only);
            if (reader.Names.Count == 0) throw new NoClusterException("there are no logs: no cluster is up; 'mimir up --detach' starts one");
            var output = result.InvocationConfiguration.Output;
            Write(output, reader.Tail(result.GetValue(lines)), only is null);
            if (result.GetValue(follow)) await FollowAsync(state, reader, output, only is null, cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task FollowAsync(StateDirectory state, LogReader reader, TextWriter output, bool named, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (state.IsHeld && await timer.WaitForNextTickAsync(cancellation)) Write(output, reader.News(), named);
            Write(output, reader.News(), named);
        }
        catch (OperationCanceledException)
        {
            // The way to stop listening.
        }
    }

    private static void Write(TextWriter output, IReadOnlyList<LogLine> lines, bool named)
    {
        foreach (var line in lines) output.WriteLine(named ? $"{line.Source,-12} {line.Text}" : line.Text);
        output.Flush();
    }
}
