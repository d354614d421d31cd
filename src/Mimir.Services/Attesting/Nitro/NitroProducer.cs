using Mimir.Trust.Attestation;

namespace Mimir.Services.Attesting.Nitro;

/// <summary>Attestation documents of an AWS Nitro enclave.</summary>
internal sealed class NitroProducer(INitroDevice device) : IEvidenceProducer
{
    /// <inheritdoc/>
    public Task<Evidence> ProduceAsync(EvidenceBinding binding, CancellationToken cancellation) =>
        Task.FromResult(new Evidence(EvidenceKind.Nitro, NitroMessages.ReadDocument(device.Exchange(NitroMessages.Request(binding)))));
}
