using System.CommandLine;
using Mimir.Cli.Configuration;
using Mimir.Cli.Keys;
using Mimir.Services.Attesting;
using Mimir.Services.Coordination;
using Mimir.Services.Hardening;
using Mimir.Services.Hosting;
using Mimir.Services.ModelOwners;
using Mimir.Services.Nodes;
using Mimir.Services.Triples;
using Mimir.Vaults;

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
                Threads = settings.Threads,
                HandshakeSeconds = settings.HandshakeSeconds,
                Limits = settings.Limits,
                Attestation = settings.Attestation,
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
                HandshakeSeconds = settings.HandshakeSeconds,
                Limits = settings.Limits,
                Attestation = settings.Attestation,
                MaxLanes = config.Scheduler.MaxLanes,
                EpsilonOwner = config.Privacy.EpsilonOwner,
                PrivacyLedger = config.Privacy.Ledger,
                AuditFile = config.Process.AuditFile,
                OverlayListen = config.Process.OverlayListen,
                OpenAuthority = directory => AuthorityDirectory.Open(directory, []),
            },
            environment, cancellation));

    /// <summary>`mimir model share`.</summary>
    public static Command Share()
    {
        var model = new Option<string?>("--model") { Description = "A model directory; the shipped model when not given", HelpName = "DIR" };
        var parties = SharedOptions.Parties();
        var config = SharedOptions.Config();
        var command = new Command("share", "Gives N parties their shares of a model; ends when all have theirs") { model, parties, config };
        var weightsKey = new KeyArgument(command, "--weights-key", "The key of weights that 'mimir seal' sealed");
        var weights = new WeightArguments(command);
        command.SetAction(async (result, cancellation) =>
        {
            // A sealed configuration is a secret already.
            var hardening = ProcessHardening.Apply();
            var loaded = ConfigLoader.Load(result.GetValue(config), EnvironmentSettings.OfProcess());
            var settings = Settings(loaded);
            using var key = await weightsKey.FindAsync(result, loaded, cancellation);
            await ModelShare.RunAsync(
                new ModelShareSettings
                {
                    Identity = settings.Identity,
                    Authority = settings.Authority,
                    Coordinator = settings.Coordinator,
                    StallSeconds = settings.StallSeconds,
                    HandshakeSeconds = settings.HandshakeSeconds,
                    Limits = settings.Limits,
                    Attestation = settings.Attestation,
                    Model = ShippedModel.Or(result.GetValue(model)),
                    Weights = weights.Read(result),
                    WeightsKey = key,
                    WeightsCounter = key is null ? null : SealingArguments.Counter(loaded),
                    Parties = result.GetValue(parties),
                    Active = loaded.Active,
                    ScaleBits = loaded.FixedPoint.ScaleBits,
                },
                Environment(result.InvocationConfiguration.Error, hardening), cancellation);
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
        Privacy = new PrivacyLimits(config.Privacy.EpsilonPerToken, config.Privacy.EpsilonSession),
        Threads = config.Process.Threads,
        HandshakeSeconds = config.Limits.HandshakeSeconds,
        Limits = config.Limits.Ports,
        Attestation = new AttestationSettings
        {
            Policy = config.Attestation.Policy,
            Producer = config.Attestation.Producer switch
            {
                "auto" => ProducerKind.Auto,
                "configfs-tsm" => ProducerKind.ConfigfsTsm,
                "azure-vtpm" => ProducerKind.AzureVtpm,
                "nitro" => ProducerKind.Nitro,
                "tpm" => ProducerKind.Tpm,
                "simulated" => ProducerKind.Simulated,
                _ => ProducerKind.None,
            },
            Tpm = config.Attestation.Tpm,
            TpmKey = config.Attestation.TpmKey,
            Endorsements = config.Attestation.Endorsements,
            LabKey = config.Attestation.LabKey,
            Authority = config.Attestation.Authority,
            Validity = TimeSpan.FromMinutes(config.Attestation.CertificateMinutes),
            Revocations = config.Attestation.Revocations,
        },
    };

    private static Command Create(string name, string description, Func<RoleSettings, MimirConfig, RoleEnvironment, CancellationToken, Task> run)
    {
        var config = SharedOptions.Config();
        var command = new Command(name, description) { config };
        command.SetAction(async (result, cancellation) =>
        {
            var hardening = ProcessHardening.Apply();
            var loaded = ConfigLoader.Load(result.GetValue(config), EnvironmentSettings.OfProcess());
            var settings = Settings(loaded);
            return await RunAsync(result, hardening, (environment, stop) => run(settings, loaded, environment, stop), cancellation);
        });
        return command;
    }

    /// <summary>Runs a role until it is stopped.</summary>
    internal static async Task<int> RunAsync(
        ParseResult result, IReadOnlyList<HardeningOutcome> hardening, Func<RoleEnvironment, CancellationToken, Task> run, CancellationToken cancellation)
    {
        try
        {
            await run(Environment(result.InvocationConfiguration.Error, hardening), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The way a role ends.
        }
        return ExitCode.Done;
    }

    private static RoleEnvironment Environment(TextWriter log, IReadOnlyList<HardeningOutcome> hardening) => new()
    {
        Log = log.WriteLine,
        Listening = address =>
        {
            log.WriteLine($"listening on {address}");
            foreach (var missing in hardening.Where(outcome => !outcome.Ok)) log.WriteLine(missing);
        },
    };

    private static UsageException Missing(string key) => new($"{key} is not set; put it into the file that --config names, or into the environment");
}
