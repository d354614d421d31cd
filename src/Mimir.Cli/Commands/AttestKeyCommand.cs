using System.CommandLine;
using System.Security.Cryptography;
using Mimir.Services.Attesting;

namespace Mimir.Cli.Commands;

/// <summary>`mimir attest key`: the key with which this machine's TPM signs quotes.</summary>
public static class AttestKeyCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var config = SharedOptions.Config();
        var json = SharedOptions.Json();
        var command = new Command("key", "The TPM's attestation key, whose SHA-256 a policy lists under tpm.attestation_keys") { config, json };
        command.SetAction(async (result, cancellation) =>
        {
            var settings = SharedOptions.Settings(result, config).Attestation;
            var (key, hash) = await TpmAttestationKey.ReadAsync(settings.Tpm, settings.TpmKey, cancellation);
            var output = result.InvocationConfiguration.Output;
            var pem = PemEncoding.WriteString("PUBLIC KEY", key);
            if (result.GetValue(json)) Json.Write(output, new { AkSpkiSha256 = hash, PublicKey = pem });
            else
            {
                output.WriteLine(hash);
                output.WriteLine(pem);
            }
            return ExitCode.Done;
        });
        return command;
    }
}
