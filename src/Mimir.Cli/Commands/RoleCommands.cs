using System.CommandLine;
using Mimir.Cli.Configuration;
using Mimir.Services.Coordination;
using Mimir.Services.Hosting;
using Mimir.Services.ModelOwners;
using Mimir.Services.Nodes;
using Mimir.Services.Triples;

namespace Mimir.Cli.Commands;

/// <summary>`mimir node`, `triples`, `coordinator`: one role each, for as long as it is wanted; and the model owner's `model share`.</summary>
public static class RoleCommands
{
    /// <summary>A compute party.</summary>
    public static Command Node() => Create("node", "A compute party: holds its share of the model and computes; never sees prompt, weights or tokens",
        (settings, _, environment, cancellation) => NodeHost.RunAsync(settings, environment, cancellation));

    /// <summary>The dealer.</summary>
    public static Command Triples() => Create("triples", "The Triple Service: deals correlated randomness; never receives data",
        (settings, _, environment, cancellation) => TripleServiceHost.RunAsync(
            new TripleServiceSettings
            {
                Identity = settings.Identity,
                Authority = settings.Authority,
                Listen = settings.Listen,
                Coordinator = settings.Coordinator,
                AdvertisedHost = settings.AdvertisedHost,
                StallSeconds = settings.StallSeconds,
                PrefixMegabytes = settings.PrefixMegabytes,
            },
            environment, cancellation));

    /// <summary>The control plane.</summary>
    public static Command Coordinator() => Create("coordinator", "The coordinator: admits, schedules and relays what it cannot read",
        (settings, config, environment, cancellation) => CoordinatorHost.RunAsync(
            new CoordinatorSettings
            {
                Identity = settings.Identity,
                Authority = settings.Authority,
                Listen = settings.Listen,
                AdvertisedHost = settings.AdvertisedHost,
                StallSeconds = settings.StallSeconds,
                MaxLanes = config.Scheduler.MaxLanes,
                AuditFile = config.Process.AuditFile,
            },
            environment, cancellation));

    /// <summary>`mimir model share`.</summary>
    public static Command Share()
    {
        var model = new Option<string?>("--model") { Description = "A model directory; the shipped model when not given", HelpName = "DIR" };
        var weightsKey = new Option<string?>("--weights-key") { Description = "The key of weights that 'mimir seal' sealed", HelpName = "FILE" };
        var parties = SharedOptions.Parties();
        var config = SharedOptions.Config();
        var command = new Command("share", "Gives N parties their shares of a model; ends when all have theirs") { model, weightsKey, parties, config };
        var weights = new WeightArguments(command);
        command.SetAction(async (result, cancellation) =>
        {
            var loaded = ConfigLoader.Load(result.GetValue(config), EnvironmentSettings.OfProcess());
            var settings = Settings(loaded);
            await ModelShare.RunAsync(
                new ModelShareSettings
                {
                    Identity = settings.Identity,
                    Authority = settings.Authority,
                    Coordinator = settings.Coordinator,
                    StallSeconds = settings.StallSeconds,
                    Model = ShippedModel.Or(result.GetValue(model)),
                    Weights = weights.Read(result),
                    WeightsKey = result.GetValue(weightsKey),
                    Parties = result.GetValue(parties),
                    Active = loaded.Active,
                    ScaleBits = loaded.FixedPoint.ScaleBits,
                },
                Environment(result.InvocationConfiguration.Error), cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>What every role takes from the configuration.</summary>
    /// <exception cref="UsageException">A key that every role needs is not set.</exception>
    internal static RoleSettings Settings(MimirConfig config) => new()
    {
        Identity = config.Tls.Identity ?? throw Missing("tls.identity"),
        Authority = config.Tls.Authority ?? throw Missing("tls.authority"),
        Listen = config.Process.Listen,
        Coordinator = config.Process.Coordinator,
        AdvertisedHost = config.Process.Advertise,
        StallSeconds = config.Tls.StallSeconds,
        PrefixMegabytes = config.Scheduler.PrefixCache,
    };

    private static Command Create(string name, string description, Func<RoleSettings, MimirConfig, RoleEnvironment, CancellationToken, Task> run)
    {
        var config = SharedOptions.Config();
        var command = new Command(name, description) { config };
        command.SetAction(async (result, cancellation) =>
        {
            var loaded = ConfigLoader.Load(result.GetValue(config), EnvironmentSettings.OfProcess());
            var settings = Settings(loaded);
            try
            {
                await run(settings, loaded, Environment(result.InvocationConfiguration.Error), cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // The way a role ends.
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static RoleEnvironment Environment(TextWriter log) => new()
    {
        Log = log.WriteLine,
        Listening = address => log.WriteLine($"listening on {address}"),
    };

    private static UsageException Missing(string key) => new($"{key} is not set; put it into the file that --config names, or into the environment");
}
