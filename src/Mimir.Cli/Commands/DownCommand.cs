using System.CommandLine;
using System.Diagnostics;
using Mimir.Cli.Keeping;

namespace Mimir.Cli.Commands;

/// <summary>`mimir down`: ends what `mimir up` started.</summary>
public static class DownCommand
{
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(15);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("down", "Ends the cluster that 'mimir up' started; leaves no process, key or log");
        command.SetAction(async (result, cancellation) =>
        {
            var state = StateDirectory.OfUser();
            var output = result.InvocationConfiguration.Output;
            if (state.Read() is { } cluster)
            {
                if (!await EndAsync(state, cluster, cancellation)) End(state);
                output.WriteLine($"ended: {cluster}");
                return ExitCode.Done;
            }
            using var held = await state.TryLockAsync(cancellation) ?? throw new UsageException("another mimir is starting or ending a cluster; try again in a moment");
            output.WriteLine(state.Clean(logs: true) ? "no cluster was up; removed what an earlier one had left behind" : "no cluster is up");
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<bool> EndAsync(StateDirectory state, KeptCluster cluster, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(EndWithin);
        using var keeper = Keeper(cluster);
        try
        {
            if (!await ControlSocket.AskAsync(state.ControlSocket, limit.Token)) return !state.IsHeld;
            // The lock goes with the last thing that the keeper does but to leave.
            using var held = await state.TryLockAsync(limit.Token);
            if (held is not null && keeper is not null) await keeper.WaitForExitAsync(limit.Token);
            return held is not null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private static Process? Keeper(KeptCluster cluster)
    {
        try
        {
            return Process.GetProcessById(cluster.Keeper);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The keeper does not answer: it is ended the hard way. Its children end when it is gone.</summary>
    private static void End(StateDirectory state)
    {
        // It holds the lock, so the number is still its own.
        if (state.Read() is not { } cluster) return;
        using (var keeper = Keeper(cluster))
        {
            keeper?.Kill(entireProcessTree: true);
            keeper?.WaitForExit(EndWithin);
        }
        state.Clean(logs: true);
    }
}
