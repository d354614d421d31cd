using System.Text.RegularExpressions;
using Mimir.EndToEnd.Tests.Processes;
using Mimir.Services.Attesting;
using Mimir.Services.Tests.Attesting;

namespace Mimir.EndToEnd.Tests.Keys;

/// <summary>Three organisations hold a key, each in a process of its own; a machine with a TPM gets it from two of them.</summary>
public sealed class KeyHolderTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<int, (MimirProcess Process, string Address)> _holders = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var (process, _) in _holders.Values) await process.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Two_of_three_holders_release_a_key_to_the_machine_that_their_policies_name_and_to_no_other()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        await using var stranger = await SoftwareTpm.StartAsync();
        await PrepareAsync((await TpmAttestationKey.ReadAsync(tpm.Address, null, Cancellation)).Sha256);
        foreach (var i in (int[])[1, 2, 3]) await HoldAsync(i, At($"dealt/share-{i}.pem"));

        await OpensAsync(tpm);
        await StopAsync(1);
        await OpensAsync(tpm);

        // Another machine with the same identity.
        var refused = await UnsealAsync(stranger);
        Assert.Equal(1, refused.Code);
        Assert.Contains("0 of 2 shares of 'weights' came", refused.LastError);
        foreach (var i in (int[])[2, 3]) Assert.Contains($"key-holder 'org-{i}' at {_holders[i].Address}: policy-refused", refused.LastError);
        Assert.Contains("unreachable", refused.LastError);

        // Holder 3 gives something else, and says so nowhere; who asks finds out.
        await StopAsync(3);
        await HoldAsync(3, At("forged/share-3.pem"));
        var wrong = await UnsealAsync(tpm);
        Assert.Equal(1, wrong.Code);
        Assert.Contains($"key-holder 'org-3' at {_holders[3].Address}: wrong-share", wrong.LastError);
        Assert.False(File.Exists(At("back")));

        // Somebody with a certificate for another role, or another name, in a holder's place.
        var (mistaken, _, mistakenError) = await MimirProcess.RunAsync(
            "unseal", At("sealed"), "--out", At("back"), "--key-name", "weights", "--config", Configure(tpm, $"org-9@{_holders[2].Address}, org-2@{_holders[3].Address}"));
        Assert.Equal(1, mistaken);
        Assert.Contains("untrusted", mistakenError);

        // A revocation list that cannot be read lets nobody through; then the authority throws the machine out. No holder is started again.
        await StopAsync(3);
        await HoldAsync(3, await SealedShareAsync(3));
        await OpensAsync(tpm);
        File.WriteAllText(At("revocations"), "no list");
        Assert.Equal(1, (await UnsealAsync(tpm)).Code);
        File.Delete(At("revocations"));
        await OpensAsync(tpm);
        await RunAsync("revoke", "p0", "--authority", At("authority"), "--list", At("revocations"));
        Assert.Equal(1, (await UnsealAsync(tpm)).Code);

        await StopAsync(2);
        foreach (var reason in (string[])["tpm.attestation_key", "holds no revocation list", "party 'p0' was revoked"]) Assert.Contains(reason, _holders[2].Process.Errors);
        var log = await RunAsync("audit", "verify", At("org-2.log"), "--ca", At("authority/ca.pem"));
        Assert.Contains("all as written; closed in good order", log);
        var entries = await RunAsync("audit", "show", At("org-2.log"));
        Assert.Matches(@"key-released\s+key=weights", entries);
        Assert.Matches(@"key-refused\s+key=weights reason=policy-refused", entries);
    }

    [Fact]
    public async Task A_holder_without_a_policy_or_a_log_does_not_start()
    {
        await PrepareAsync(new string('0', 64));
        File.WriteAllText(At("bare.yaml"), $"tls:\n  identity: {At("org-1")}\n  authority: {At("authority/ca.pem")}\n");
        var (code, _, error) = await MimirProcess.RunAsync("key", "hold", At("dealt/share-1.pem"), "--config", At("bare.yaml"));
        Assert.Equal((2, true), (code, error.Contains("audit.file is not set")));
        File.AppendAllText(At("bare.yaml"), $"audit:\n  file: {At("bare.log")}\n");
        (code, _, error) = await MimirProcess.RunAsync("key", "hold", At("dealt/share-1.pem"), "--config", At("bare.yaml"));
        Assert.Equal((2, true), (code, error.Contains("attestation.policy is not set")));
    }

    private string At(string name) => _folder.At(name);

    /// <summary>Authority, identities, policy, the key's shares, those of another key with the same name, and a sealed file.</summary>
    private async Task PrepareAsync(string attestationKey)
    {
        await RunAsync("identity", "authority", At("authority"));
        foreach (var (role, name) in ((string, string)[])[("party", "p0"), ("key-holder", "org-1"), ("key-holder", "org-2"), ("key-holder", "org-3")])
            await RunAsync("identity", "issue", role, name, At(name), "--authority", At("authority"));
        foreach (var (key, dealt) in ((string, string)[])[("weights.key", "dealt"), ("forged.key", "forged")])
        {
            await RunAsync("key", "new", At(key), "--name", "weights");
            await RunAsync("key", "split", At(key), "--threshold", "2", "--holders", "3", "--out", At(dealt));
        }
        File.WriteAllText(At("policy.yaml"), $"""
            version: 1
            profile: lab
            roles:
              party: [tpm]
            tpm:
              measurements:
                party: any
              attestation_keys: ["{attestationKey}"]
            """);
        File.WriteAllText(At("plain"), "the weights");
        await RunAsync("seal", At("plain"), "--out", At("sealed"), "--key", At("weights.key"));
    }

    private async Task HoldAsync(int i, string share)
    {
        File.WriteAllText(At($"org-{i}.yaml"), $"""
            tls:
              identity: {At($"org-{i}")}
              authority: {At("authority/ca.pem")}
            attestation:
              policy: {At("policy.yaml")}
              revocations: {At("revocations")}
            audit:
              file: {At($"org-{i}.log")}
            keys:
              release: local
              folder: {At("custody")}
            """);
        var process = MimirProcess.Start("key", "hold", share, "--config", At($"org-{i}.yaml"));
        await process.FirstError;
        _holders[i] = (process, Regex.Match(process.Errors, @"listening on (\S+)").Groups[1].Value);
    }

    /// <summary>The share as it lies on a disk that others may read.</summary>
    private async Task<string> SealedShareAsync(int i)
    {
        Directory.CreateDirectory(At("custody"));
        await RunAsync("key", "new", At("custody/custody.key"), "--name", "custody");
        var path = At($"share-{i}.pem.sealed");
        await RunAsync("seal", At($"dealt/share-{i}.pem"), "--out", path, "--key", At("custody/custody.key"));
        return path;
    }

    /// <summary>The holder's address stays in the configuration of who asks.</summary>
    private async Task StopAsync(int i)
    {
        await _holders[i].Process.TerminateAsync();
        await _holders[i].Process.ExitAsync();
    }

    private string Configure(SoftwareTpm tpm, string? holders = null)
    {
        File.WriteAllText(At("p0.yaml"), $"""
            tls:
              identity: {At("p0")}
              authority: {At("authority/ca.pem")}
            attestation:
              producer: tpm
              tpm: {tpm.Address}
            keys:
              release: threshold
              deal: {At("dealt/deal.pem")}
              holders: {holders ?? string.Join(", ", _holders.Select(h => $"org-{h.Key}@{h.Value.Address}"))}
            """);
        return At("p0.yaml");
    }

    private Task<(int Code, string Output, string LastError)> UnsealAsync(SoftwareTpm tpm)
    {
        File.Delete(At("back"));
        return MimirProcess.RunAsync("unseal", At("sealed"), "--out", At("back"), "--key-name", "weights", "--config", Configure(tpm));
    }

    private async Task OpensAsync(SoftwareTpm tpm)
    {
        var (code, _, error) = await UnsealAsync(tpm);
        Assert.True(code == 0, error);
        Assert.Equal("the weights", File.ReadAllText(At("back")));
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await MimirProcess.RunAsync(arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {error}");
        return output;
    }
}
