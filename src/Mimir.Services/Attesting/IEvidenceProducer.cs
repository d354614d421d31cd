using Mimir.Trust.Attestation;

namespace Mimir.Services.Attesting;

/// <summary>What can make this machine prove what it runs.</summary>
internal interface IEvidenceProducer
{
    /// <summary>Fresh evidence that carries <paramref name="binding"/> in the form of its kind.</summary>
    /// <exception cref="AttestingException">The machine gives none; says which part refused and what to do.</exception>
    Task<Evidence> ProduceAsync(EvidenceBinding binding, CancellationToken cancellation);
}
