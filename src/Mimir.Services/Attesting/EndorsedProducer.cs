using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mimir.Trust.Attestation;

namespace Mimir.Services.Attesting;

/// <summary>
/// Adds what verifiers need beside the evidence, from a directory that the operator keeps current: <c>.pem</c>, <c>.crt</c>, <c>.cer</c>, <c>.der</c> certificates,
/// <c>.crl</c> revocation lists, <c>.json</c> collateral. Read anew each time, so that a renewal takes what was fetched meanwhile.
/// </summary>
internal sealed class EndorsedProducer(IEvidenceProducer producer, string directory) : IEvidenceProducer
{
    /// <inheritdoc/>
    public async Task<Evidence> ProduceAsync(EvidenceBinding binding, CancellationToken cancellation)
    {
        var evidence = await producer.ProduceAsync(binding, cancellation);
        try
        {
            return evidence.With(Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal).SelectMany(Read));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new AttestingException($"The endorsements in '{directory}' (attestation.endorsements) cannot be read: {error.Message}", error);
        }
    }

    private static IEnumerable<EvidencePart> Read(string file) => Path.GetExtension(file).ToLowerInvariant() switch
    {
        ".json" => [new(EvidencePartKind.Collateral, File.ReadAllBytes(file))],
        ".crl" => Blocks(file, "X509 CRL").Select(b => new EvidencePart(EvidencePartKind.RevocationList, b)),
        ".pem" or ".crt" or ".cer" or ".der" => Blocks(file, "CERTIFICATE").Select(b => new EvidencePart(EvidencePartKind.Certificate, b)),
        _ => [],
    };

    /// <summary>The blocks of a PEM file, or the file itself when it is DER.</summary>
    private static List<byte[]> Blocks(string file, string label)
    {
        var bytes = File.ReadAllBytes(file);
        if (bytes is [0x30, ..]) return [bytes];
        var blocks = new List<byte[]>();
        var text = System.Text.Encoding.Latin1.GetString(bytes).AsSpan();
        while (PemEncoding.TryFind(text, out var found))
        {
            if (text[found.Label] is var name && name.SequenceEqual(label)) blocks.Add(Convert.FromBase64String(text[found.Base64Data].ToString()));
            text = text[found.Location.End..];
        }
        return blocks;
    }
}
