using System.CommandLine;
using Mimir.Services.Hardening;
using Mimir.Services.KeyHolders;

namespace Mimir.Cli.Commands;

/// <summary>`mimir key hold`: serves one share of a data key to attested machines, for as long as it is wanted.</summary>
internal static class KeyHoldCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var share = new Argument<string>("SHARE") { Description = "The share that 'mimir key split' made for this holder" };
        var config = SharedOptions.Config();
        var command = new Command("hold", "Holds a share: gives it to machines whose evidence attestation.policy accepts, and writes that into audit.file") { share, config };
        command.SetAction((result, cancellation) =>
        {
            var hardening = ProcessHardening.Apply();
            var loaded = SharedOptions.Settings(result, config);
            var settings = RoleCommands.Settings(loaded);
            return RoleCommands.RunAsync(result, hardening, (environment, stop) => KeyHolderHost.RunAsync(
                new KeyHolderSettings
                {
                    Identity = settings.Identity,
                    Authority = settings.Authority,
                    Listen = settings.Listen,
                    AdvertisedHost = settings.AdvertisedHost,
                    StallSeconds = settings.StallSeconds,
                    HandshakeSeconds = settings.HandshakeSeconds,
                    Limits = settings.Limits,
                    Attestation = settings.Attestation,
                    AuditFile = loaded.Process.AuditFile,
                    Share = result.GetValue(share)!,
                },
                environment, stop), cancellation);
        });
        return command;
    }
}
