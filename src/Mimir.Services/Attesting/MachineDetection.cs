using Mimir.Services.Attesting.Configfs;
using Mimir.Services.Attesting.Nitro;
using Mimir.Services.Attesting.Tpm;

namespace Mimir.Services.Attesting;

/// <summary>Which producers of evidence this machine has, by what its kernel shows. Nothing is asked for evidence.</summary>
/// <param name="root">The root of the file system, another one in tests.</param>
public sealed class MachineDetection(string root = "/")
{
    /// <summary>Every producer that can exist, best first, with what was found.</summary>
    public IReadOnlyList<DetectedProducer> Examine(string tpm) =>
    [
        Nitro(), Tsm("SEV-SNP", "dev/sev-guest", "sev-guest"), Tsm("TDX", "dev/tdx_guest", "tdx-guest"), Tpm(tpm),
    ];

    /// <summary>The best producer that is there, or none.</summary>
    public ProducerKind Best(string tpm) => Examine(tpm).FirstOrDefault(p => p.IsUsable)?.Kind ?? ProducerKind.None;

    private DetectedProducer Nitro() => Exists(NitroDevice.DefaultPath)
        ? new(ProducerKind.Nitro, "Nitro enclave", true, $"{NitroDevice.DefaultPath} is there: set attestation.producer: nitro")
        : new(ProducerKind.Nitro, "Nitro enclave", false, $"no {NitroDevice.DefaultPath}: it exists inside AWS Nitro Enclaves only (start the node's image with nitro-cli run-enclave)");

    private DetectedProducer Tsm(string name, string device, string driver)
    {
        var (reports, guest) = (Exists(TsmReports.DefaultRoot), Exists("/" + device));
        var detail = (reports, guest) switch
        {
            (true, true) => $"/{device} and {TsmReports.DefaultRoot} are there: set attestation.producer: configfs-tsm",
            (false, true) => $"/{device} is there, {TsmReports.DefaultRoot} is not: Linux 6.7 or newer is needed; load the module tsm, and mount -t configfs none /sys/kernel/config",
            _ => $"no /{device}: this is no {name} guest, or its driver is absent (modprobe {driver}); rent a confidential machine, and enable {name} when it is made",
        };
        return new(ProducerKind.ConfigfsTsm, $"{name} guest", reports && guest, detail);
    }

    private DetectedProducer Tpm(string address)
    {
        if (address.StartsWith("unix:", StringComparison.Ordinal) || address.StartsWith("tcp:", StringComparison.Ordinal))
            return new(ProducerKind.Tpm, "TPM 2.0", true, $"at {address}: set attestation.producer: tpm (a laboratory's policy accepts it, production does not)");
        return Exists(address)
            ? new(ProducerKind.Tpm, "TPM 2.0", true, $"{address} is there: set attestation.producer: tpm (a laboratory's policy accepts it, production does not)")
            : new(ProducerKind.Tpm, "TPM 2.0", false, $"no {address}: enable the TPM in the firmware or give the virtual machine one; for tests, swtpm gives one on a socket (attestation.tpm: unix:PATH)");
    }

    private bool Exists(string path) => Path.Exists(Path.Combine(root, path.TrimStart('/')));
}
