using System.CommandLine;
using System.Diagnostics;
using Mimir.Cli.Demo;
using Mimir.Cli.Keeping;

namespace Mimir.Cli.Commands;

/// <summary>`mimir up`: a whole cluster on this machine, kept running until `mimir down`.</summary>
public static class UpCommand
{
    /// <summary>The hidden option of the process that stays behind when `up --detach` returns.</summary>
    private const string KeptOption = "--kept";

    private const string ReadyLine = "ready";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = new Option<string?>("--model") { Description = "A model directory; the shipped model when not given", HelpName = "DIR" };
        var parties = SharedOptions.Parties();
        var security = SharedOptions.Security();
        var port = SharedOptions.Bounded(new Option<int>("--port") { Description = "Port of the gateway on 127.0.0.1; 0: any that is free", HelpName = "N", DefaultValueFactory = _ => 8080 }, 0, 65535);
        var detach = new Option<bool>("--detach", "-d") { Description = "Return when the cluster is ready; it goes on in the background" };
        var kept = new Option<bool>(KeptOption) { Hidden = true };
        var config = SharedOptions.Config();
        var command = new Command("up", "Starts a cluster on this machine and keeps it running") { model, parties, security };
        var weights = new WeightArguments(command);
        foreach (var option in (Option[])[port, detach, config, kept]) command.Options.Add(option);
        command.SetAction(async (result, cancellation) =>
        {
            var settings = SharedOptions.Settings(result, config);
            var state = StateDirectory.OfUser();
            var options = new LocalClusterOptions
            {
                Model = Path.TrimEndingDirectorySeparator(Path.GetFullPath(ShippedModel.Or(result.GetValue(model)))),
                Parties = result.GetValue(parties),
                Active = SharedOptions.IsActive(result, security, settings),
                ScaleBits = settings.FixedPoint.ScaleBits,
                MaxLanes = settings.Scheduler.MaxLanes,
                Weights = weights.Read(result),
                Generation = GenerationArguments.Configured(settings),
            };
            var named = result.GetResult(model) is { Implicit: false };
            var (output, error) = (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error);
            try
            {
                if (result.GetValue(detach)) await DetachAsync(state, output, error, cancellation);
                else await KeepAsync(state, options, result.GetValue(port), result.GetValue(kept), output, error, cancellation);
                return ExitCode.Done;
            }
            catch (ClusterIsUpException up)
            {
                if (up.Cluster is not { } cluster) throw new UsageException("another 'mimir up' is starting or ending; 'mimir status' says when it is done");
                if (named && cluster.Model != options.Model) throw new UsageException($"a cluster is up already: {cluster}; 'mimir down' ends it");
                error.WriteLine("a cluster is up already");
                ClusterTable.Print(output, cluster);
                return ExitCode.Done;
            }
        });
        return command;
    }

    private static async Task KeepAsync(StateDirectory state, LocalClusterOptions options, int port, bool kept, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        if (kept) KeeperSession.Begin();
        await ClusterKeeper.RunAsync(state, options, port, error.WriteLine, Ready, cancellation);

        void Ready(KeptCluster cluster)
        {
            if (kept) output.WriteLine(ReadyLine);
            else
            {
                ClusterTable.Print(output, cluster);
                error.WriteLine("Ctrl+C, or 'mimir down' elsewhere, ends it");
            }
            output.Flush();
        }
    }

    /// <summary>The same command in a process of its own, until that says that it is ready or why not.</summary>
    private static async Task DetachAsync(StateDirectory state, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        if (state.IsHeld) throw new ClusterIsUpException(state.Read());
        var arguments = Environment.GetCommandLineArgs()[1..].Where(a => a is not ("--detach" or "-d")).Append(KeptOption);
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("the path of this program is not known");
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var keeper = Process.Start(start) ?? throw new InvalidOperationException("the keeper's process could not be started");
        keeper.StandardInput.Close();
        var errors = keeper.StandardError.ReadToEndAsync(cancellation);
        try
        {
            while (await keeper.StandardOutput.ReadLineAsync(cancellation) is { } line)
            {
                if (line != ReadyLine) continue;
                if (state.Read() is { } cluster) ClusterTable.Print(output, cluster);
                return;
            }
        }
        catch (OperationCanceledException)
        {
            await ControlSocket.AskAsync(state.ControlSocket, CancellationToken.None);
            throw;
        }
        await keeper.WaitForExitAsync(cancellation);
        foreach (var line in (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries).SkipLast(1)) error.WriteLine(line);
        var last = (await errors).TrimEnd().Split('\n')[^1];
        throw new DetachedFailure(keeper.ExitCode, last.StartsWith("mimir: ", StringComparison.Ordinal) ? last["mimir: ".Length..] : last);
    }
}
