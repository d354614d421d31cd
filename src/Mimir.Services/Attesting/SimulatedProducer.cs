using System.Security.Cryptography;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Simulated;

namespace Mimir.Services.Attesting;

/// <summary>A laboratory's stand-in: whoever has the key can say anything. The measurement is the hash of the program's own file, the chip that of the machine's name.</summary>
internal sealed class SimulatedProducer(string keyFile) : IEvidenceProducer
{
    private const int MeasurementLength = 48;

    /// <inheritdoc/>
    public Task<Evidence> ProduceAsync(EvidenceBinding binding, CancellationToken cancellation)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(File.ReadAllText(keyFile));
            var measurement = SHA384.HashData(File.ReadAllBytes(typeof(SimulatedProducer).Assembly.Location));
            var chip = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Environment.MachineName));
            var statement = SimulatedStatement.Create(key, binding.Sha512.Span, measurement.AsSpan(0, MeasurementLength), chip);
            return Task.FromResult(new Evidence(EvidenceKind.Simulated, statement));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException or PlatformNotSupportedException)
        {
            throw new AttestingException($"The laboratory's key '{keyFile}' (attestation.lab_key) cannot be used: {error.Message}", error);
        }
    }
}
