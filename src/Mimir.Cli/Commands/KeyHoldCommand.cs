using System.CommandLine;
using Mimir.Cli.Configuration;
using Mimir.Cli.Keys;
using Mimir.Services.Hardening;
using Mimir.Services.KeyHolders;
using Mimir.Trust.KeyRelease.Threshold;
using Mimir.Trust.SealedFiles;

namespace Mimir.Cli.Commands;

/// <summary>`mimir key hold`: serves one share of a data key to attested machines, for as long as it is wanted.</summary>
internal static class KeyHoldCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var share = new Argument<string>("SHARE") { Description = "The share that 'mimir key split' made for this holder; plain, or sealed under a key that keys.release gives" };
        var config = SharedOptions.Config();
        var command = new Command("hold", "Holds a share: gives it to machines whose evidence attestation.policy accepts, and writes that into audit.file") { share, config };
        command.SetAction(async (result, cancellation) =>
        {
            var hardening = ProcessHardening.Apply();
            var loaded = SharedOptions.Settings(result, config);
            var settings = RoleCommands.Settings(loaded);
            using var held = await OpenAsync(result.GetValue(share)!, loaded, result.InvocationConfiguration.Error.WriteLine, cancellation);
            return await RoleCommands.RunAsync(result, hardening, (environment, stop) => KeyHolderHost.RunAsync(
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
                    Share = held,
                },
                environment, stop), cancellation);
        });
        return command;
    }

    private static async Task<KeyShare> OpenAsync(string path, MimirConfig config, Action<string> log, CancellationToken cancellation) => SealedFileReader.IsSealed(path)
        ? KeyDealFiles.ParseShare(await SealedText.ReadAsync(path, KeyDealFiles.LargestFile, config, log, cancellation), path)
        : KeyDealFiles.LoadShare(path);
}
