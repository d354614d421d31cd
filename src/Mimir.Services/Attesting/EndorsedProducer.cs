using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Recognition;

namespace Mimir.Services.Attesting;

/// <summary>
/// Adds what verifiers need beside the evidence, from a directory that the operator keeps current: certificates, revocation lists and collateral in files of the usual extensions (and
/// <c>.http</c> and <c>.headers</c>, as Intel's service answered), each told by its contents. Read anew each time, so that a renewal takes what was fetched meanwhile.
/// </summary>
internal sealed class EndorsedProducer(IEvidenceProducer producer, string directory) : IEvidenceProducer
{
    private static readonly string[] Extensions = [".pem", ".crt", ".cer", ".der", ".crl", ".json", ".http", ".headers"];

    /// <inheritdoc/>
    public async Task<Evidence> ProduceAsync(EvidenceBinding binding, CancellationToken cancellation)
    {
        var evidence = await producer.ProduceAsync(binding, cancellation);
        try
        {
            return evidence.With(Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal).SelectMany(Read));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new AttestingException($"The endorsements in '{directory}' (attestation.endorsements) cannot be read: {error.Message}", error);
        }
    }

    private static IEnumerable<EvidencePart> Read(string file)
    {
        if (!Extensions.Contains(Path.GetExtension(file).ToLowerInvariant())) return [];
        var parts = EvidenceAssembler.Parts(File.ReadAllBytes(file));
        return parts is { Count: > 0 } && parts.All(p => p.Kind is EvidencePartKind.Certificate or EvidencePartKind.RevocationList or EvidencePartKind.Collateral or EvidencePartKind.CertificateTable)
            ? parts
            : throw new InvalidDataException($"'{Path.GetFileName(file)}' holds no certificate, revocation list or collateral, or a damaged one");
    }
}
