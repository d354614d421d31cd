using Mimir.EndToEnd.Tests.Processes;
using Mimir.Services.Tests.Attesting;

namespace Mimir.EndToEnd.Tests.Keys;

/// <summary>Old copies are noticed by the TPM, from the command line.</summary>
public sealed class TpmCounterCommandTests
{
    [Fact]
    public async Task An_old_copy_put_back_is_refused_by_the_counter_of_the_TPM()
    {
        using var folder = new TemporaryFolder();
        await using var tpm = await SoftwareTpm.StartAsync();
        var (sealedFile, old) = (folder.At("sealed"), folder.At("old"));
        File.WriteAllText(folder.At("mimir.yaml"), $"attestation:\n  tpm: {tpm.Address}\nsealing:\n  counter: tpm\n");
        File.WriteAllText(folder.At("state"), "state");
        string[] common = ["--key", folder.At("k"), "--config", folder.At("mimir.yaml")];
        async Task<(int Code, string Output, string LastError)> SealAsync() => await MimirProcess.RunAsync(["seal", folder.At("state"), "--out", sealedFile, .. common]);
        async Task<(int Code, string Output, string LastError)> UnsealAsync(params string[] options) => await MimirProcess.RunAsync(["unseal", sealedFile, "--out", folder.At("back"), .. common, .. options]);
        Assert.Equal(0, (await MimirProcess.RunAsync("key", "new", folder.At("k"), "--name", "k")).Code);
        var first = await SealAsync();
        Assert.True(first.Code == 0, first.LastError);
        File.Copy(sealedFile, old);
        Assert.Equal(0, (await SealAsync()).Code);
        Assert.Equal(0, (await UnsealAsync()).Code);
        File.Copy(old, sealedFile, overwrite: true);
        var refused = await UnsealAsync();
        Assert.Equal(1, refused.Code);
        Assert.Contains("an old copy was put back", refused.LastError);
        Assert.Equal(0, (await UnsealAsync("--counter", "none")).Code);
        Assert.Equal(2, (await UnsealAsync("--counter", "tpm", "--marks", folder.At("m"))).Code);
    }
}
