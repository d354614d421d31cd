using Mimir.Services.Attesting;

namespace Mimir.Services.Tests.Attesting;

/// <summary>What a machine has, read from a file system made here.</summary>
public sealed class MachineDetectionTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("mimir-root-");

    [Fact]
    public void A_machine_with_nothing_is_told_what_is_missing_and_how_to_get_it()
    {
        var found = new MachineDetection(_root.FullName).Examine("/dev/tpmrm0");
        Assert.All(found, f => Assert.False(f.IsUsable));
        Assert.Equal(["Nitro enclave", "SEV-SNP guest", "TDX guest", "TPM 2.0"], found.Select(f => f.Name));
        Assert.Contains("nitro-cli", found[0].Detail);
        Assert.Contains("modprobe sev-guest", found[1].Detail);
        Assert.Contains("modprobe tdx-guest", found[2].Detail);
        Assert.Contains("swtpm", found[3].Detail);
        Assert.Equal(ProducerKind.None, new MachineDetection(_root.FullName).Best("/dev/tpmrm0"));
    }

    [Fact]
    public void A_guest_without_the_kernels_interface_is_told_so()
    {
        Have("dev/sev-guest");
        var found = new MachineDetection(_root.FullName).Examine("/dev/tpmrm0")[1];
        Assert.False(found.IsUsable);
        Assert.Contains("6.7", found.Detail);
    }

    [Theory]
    [InlineData(ProducerKind.ConfigfsTsm, "dev/sev-guest", "sys/kernel/config/tsm/report/x", "dev/tpmrm0")]
    [InlineData(ProducerKind.ConfigfsTsm, "dev/tdx_guest", "sys/kernel/config/tsm/report/x")]
    [InlineData(ProducerKind.Nitro, "dev/nsm", "dev/tpmrm0")]
    [InlineData(ProducerKind.Tpm, "dev/tpmrm0")]
    [InlineData(ProducerKind.None, "sys/kernel/config/tsm/report/x")]
    public void The_best_is_chosen(ProducerKind expected, params string[] files)
    {
        foreach (var file in files) Have(file);
        Assert.Equal(expected, new MachineDetection(_root.FullName).Best("/dev/tpmrm0"));
    }

    public void Dispose() => _root.Delete(recursive: true);

    private void Have(string file)
    {
        var path = Path.Combine(_root.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, []);
    }
}
