using System.CommandLine;
using System.Net;
using Mimir.Cli.Configuration;
using Mimir.Client;
using Mimir.Gateway;
using Mimir.Services.Hardening;
using Mimir.Services.Hosting;
using Mimir.Transport.Connections;
using Mimir.Trust;

namespace Mimir.Cli.Commands;

/// <summary>`mimir gateway`: the OpenAI API and the web page beside a data owner, for as long as they are wanted; and the API keys for it.</summary>
public static class GatewayCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create()
    {
        var config = SharedOptions.Config();
        var command = new Command("gateway", "The data owner's gateway: serves the OpenAI API and a web page on this machine; prompts leave it masked and sealed only") { config };
        command.Subcommands.Add(GatewayKeyCommand.Create());
        command.SetAction(async (result, cancellation) =>
        {
            var hardening = ProcessHardening.Apply();
            var loaded = SharedOptions.Settings(result, config);
            return await RoleCommands.RunAsync(result, hardening, (environment, stop) => RunAsync(loaded, environment, stop), cancellation);
        });
        return command;
    }

    private static async Task RunAsync(MimirConfig config, RoleEnvironment environment, CancellationToken cancellation)
    {
        var role = RoleCommands.Settings(config);
        using var identity = Identity.Load(role.Identity);
        if (identity.Role != Role.DataOwner) throw new UsageException($"'{role.Identity}' is the identity of a {identity.Role.ToName()}, and a gateway acts for a data-owner; name another directory");
        using var anchors = role.OpenAnchors();
        var tls = new TlsSettings { Identity = identity, Anchors = anchors, StallTimeout = TimeSpan.FromSeconds(role.StallSeconds), HandshakeTimeout = TimeSpan.FromSeconds(role.HandshakeSeconds) };
        await using var gateway = await GatewayHost.StartAsync(Settings(config, tls, environment.Log), cancellation);
        environment.Listening(new HostAddress(gateway.Address.Host.Trim('[', ']'), gateway.Address.Port));
        environment.Log($"open {gateway.Address} in a browser, or give {new Uri(gateway.Address, "v1")} to an OpenAI client");
        if (config.Attestation.Policy is null) environment.Log("attestation: none is demanded (attestation.policy is not set); nothing proves what the parties run");
        await gateway.WaitForShutdownAsync(cancellation);
    }

    /// <summary>The gateway's settings from a configuration.</summary>
    /// <exception cref="UsageException">A key that it needs is not set.</exception>
    internal static GatewaySettings Settings(MimirConfig config, TlsSettings tls, Action<string> log)
    {
        var coordinator = HostAddress.Parse(config.Process.Coordinator ?? throw new UsageException("coordinator is not set; put it into the file that --config names, or into the environment"));
        var gateway = config.Gateway;
        return new GatewaySettings
        {
            Tls = tls,
            CoordinatorHost = coordinator.Host,
            CoordinatorPort = coordinator.Port,
            Models = gateway.Models.Count > 0 ? gateway.Models : [ShippedModel.Or(null)],
            Listen = IPEndPoint.TryParse(gateway.Listen, out var endpoint) ? endpoint : throw new UsageException($"gateway.listen: '{gateway.Listen}' is no address and port, such as 127.0.0.1:8080"),
            Certificate = gateway.Certificate,
            CertificateKey = gateway.CertificateKey,
            KeysFile = gateway.Keys,
            Hosts = gateway.Hosts,
            CorsOrigins = gateway.CorsOrigins,
            Generation = GenerationArguments.Configured(config) with { LogitsToOwner = gateway.LogitsToOwner },
            DefaultTemperature = config.Greedy ? 0 : 1,
            DefaultMaxTokens = gateway.DefaultMaxTokens,
            MaxBody = gateway.MaxBodyKib << 10,
            MaxRequests = gateway.MaxRequests,
            KeepAlive = TimeSpan.FromSeconds(gateway.KeepAliveSeconds),
            Idle = TimeSpan.FromSeconds(gateway.IdleSeconds),
            Slow = TimeSpan.FromSeconds(gateway.SlowSeconds),
            Log = log,
        };
    }
}
