using System.Runtime.InteropServices;
using System.Text.Json;
using Mimir.Cli.Benching;
using Mimir.Models.Folding;
using Mimir.Services.Coordination;
using Mimir.Services.Hardening;
using Mimir.Services.Hosting;
using Mimir.Services.ModelOwners;
using Mimir.Services.Nodes;
using Mimir.Services.Triples;

namespace Mimir.Cli.Supervision;

/// <summary>
/// The inside of a child process that a command of this program started. Settings come in on standard input (one line of JSON, then the
/// coordinator's address); standard output carries lines such as "listening HOST:PORT" and "token N", standard error the log. The child ends
/// when its supervisor closes standard input, however that came about.
/// </summary>
public static class SupervisedRole
{
    /// <summary>The words before an address on standard output.</summary>
    internal const string ListeningPrefix = "listening ";

    /// <summary>The words before a token on standard output.</summary>
    internal const string TokenPrefix = "token ";

    /// <summary>Runs <paramref name="role"/> and returns the exit status.</summary>
    public static async Task<int> RunAsync(string role)
    {
        // A terminal sends its interrupt to the whole process group; the supervisor decides when its children end.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var stop = new CancellationTokenSource();
        try
        {
            using var input = new StreamReader(Console.OpenStandardInput());
            if (await input.ReadLineAsync() is not { } line) return ExitCode.Done;
            var coordinator = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _ = WatchAsync(input, coordinator, stop);
            var environment = new RoleEnvironment
            {
                Log = text => Console.Error.WriteLine(text),
                Listening = address => Say(ListeningPrefix + address),
                Coordinator = cancellation => coordinator.Task.WaitAsync(cancellation),
            };
            await RunAsync(role, line, environment, stop.Token);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        catch (Exception error)
        {
            if (stop.IsCancellationRequested) return ExitCode.Done;
            var failure = Failure.Of(error);
            await Console.Error.WriteLineAsync($"mimir: {failure.Line}");
            return failure.Code;
        }
    }

    /// <summary>Writes one line for the supervisor at once.</summary>
    internal static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    private static Task RunAsync(string role, string line, RoleEnvironment environment, CancellationToken cancellation)
    {
        if (role == EmulatedBench.Role) return EmulatedBench.RunInsideAsync(line, environment.Log, cancellation);
        // What could not be had is the supervisor's to tell (mimir doctor), not each child's.
        ProcessHardening.Apply();
        var settings = JsonSerializer.Deserialize(line, SupervisedJson.Default.SupervisedSettings)!;
        var common = new RoleSettings { Identity = settings.Identity, Authority = settings.Authority, Listen = settings.Listen, Threads = settings.Threads };
        return role switch
        {
            "coordinator" => CoordinatorHost.RunAsync(
                new CoordinatorSettings { Identity = settings.Identity, Authority = settings.Authority, Listen = settings.Listen, MaxLanes = settings.MaxLanes },
                environment, cancellation),
            "triples" => TripleServiceHost.RunAsync(
                new TripleServiceSettings { Identity = settings.Identity, Authority = settings.Authority, Listen = settings.Listen, Threads = settings.Threads }, environment, cancellation),
            "node" => NodeHost.RunAsync(common, environment, cancellation),
            "model-owner" => ModelShare.RunAsync(
                new ModelShareSettings
                {
                    Identity = settings.Identity,
                    Authority = settings.Authority,
                    Model = settings.Model ?? throw new UsageException("the model owner was started without a model"),
                    Weights = new WeightTerms(settings.PublicWeights, settings.Adapter),
                    Parties = settings.Parties,
                    Active = settings.Active,
                    ScaleBits = settings.ScaleBits,
                },
                environment, cancellation),
            "gateway" => SupervisedGateway.RunAsync(settings, environment, cancellation),
            "client" => SupervisedClient.RunAsync(settings, environment, cancellation),
            _ => throw new UsageException($"there is no role '{role}' to supervise"),
        };
    }

    private static async Task WatchAsync(StreamReader input, TaskCompletionSource<string> coordinator, CancellationTokenSource stop)
    {
        try
        {
            while (await input.ReadLineAsync() is { } line) coordinator.TrySetResult(line);
        }
        catch (IOException)
        {
            // A broken pipe is a closed one.
        }
        await stop.CancelAsync();
    }
}
