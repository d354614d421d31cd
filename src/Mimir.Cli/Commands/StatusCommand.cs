using System.CommandLine;
using Mimir.Cli.Keeping;

namespace Mimir.Cli.Commands;

/// <summary>`mimir status`: what `mimir up` keeps running, and where.</summary>
public static class StatusCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var json = SharedOptions.Json();
        var command = new Command("status", "What 'mimir up' keeps running on this machine, and where") { json };
        command.SetAction(result =>
        {
            var state = StateDirectory.OfUser();
            var output = result.InvocationConfiguration.Output;
            if (!result.GetValue(json))
            {
                ClusterTable.Print(output, NoClusterException.Require(state));
                return ExitCode.Done;
            }
            var cluster = state.Read();
            Json.Write(output, new { State = cluster is null ? "down" : cluster.Ready ? "up" : "starting", Ended = cluster is null ? state.Ended : null, Directory = state.Path, Cluster = cluster });
            return cluster is { Ready: true } ? ExitCode.Done : ExitCode.Unreachable;
        });
        return command;
    }
}
