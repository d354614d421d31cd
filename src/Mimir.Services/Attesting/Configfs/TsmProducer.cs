using Mimir.Trust.Attestation;

namespace Mimir.Services.Attesting.Configfs;

/// <summary>SNP reports and TDX quotes from the kernel: report data = the binding's SHA-512.</summary>
internal sealed class TsmProducer(TsmReports reports) : IEvidenceProducer
{
    /// <inheritdoc/>
    public Task<Evidence> ProduceAsync(EvidenceBinding binding, CancellationToken cancellation)
    {
        var (provider, report, auxiliary) = reports.Request(binding.Sha512.Span);
        return Task.FromResult(provider switch
        {
            "sev_guest" => new Evidence(EvidenceKind.Snp, report, auxiliary.Length == 0 ? [] : [new(EvidencePartKind.CertificateTable, auxiliary)]),
            "tdx_guest" => new Evidence(EvidenceKind.Tdx, report),
            _ => throw new AttestingException($"The kernel's report provider '{(provider.All(char.IsAsciiLetterOrDigit) ? provider : "?")}' is neither sev_guest nor tdx_guest; this release knows no other."),
        });
    }
}
