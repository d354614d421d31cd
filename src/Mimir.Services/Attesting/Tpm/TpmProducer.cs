using System.Security.Cryptography;
using Mimir.Trust.Attestation;

namespace Mimir.Services.Attesting.Tpm;

/// <summary>A TPM 2.0 quote: qualifying data = the binding's SHA-256, over the selected SHA-256 registers.</summary>
/// <param name="address">As <see cref="TpmConnection.OpenAsync"/> takes it.</param>
/// <param name="registers">Bit i: register i.</param>
/// <param name="keyHandle">A persistent attestation key; null: a primary key of the endorsement hierarchy, made anew each time from the same seed.</param>
internal sealed class TpmProducer(string address, uint registers, uint? keyHandle) : IEvidenceProducer
{
    /// <summary>Firmware, boot loader, kernel and what they measured: registers 0 to 15.</summary>
    public const uint DefaultRegisters = 0xFFFF;

    private const int Attempts = 3;

    /// <inheritdoc/>
    public async Task<Evidence> ProduceAsync(EvidenceBinding binding, CancellationToken cancellation)
    {
        await using var tpm = await TpmConnection.OpenAsync(address, cancellation);
        var key = await OpenKeyAsync(tpm, cancellation);
        try
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                var (attest, signature) = await tpm.QuoteAsync(key, binding.Sha256, registers, cancellation);
                var values = await tpm.ReadRegistersAsync(registers, cancellation);
                // A register that was extended between the two commands gives values that are not the quoted ones.
                if (!attest.AsSpan().EndsWith(SHA256.HashData(values))) continue;
                return new Evidence(EvidenceKind.Tpm, attest,
                [
                    new(EvidencePartKind.Signature, signature),
                    new(EvidencePartKind.AttestationKey, key.ExportSubjectPublicKeyInfo()),
                    new(EvidencePartKind.PcrValues, values),
                ]);
            }
            throw new AttestingException($"The TPM's registers changed during each of {Attempts} quotes; measure less while a node registers.");
        }
        finally
        {
            await tpm.FlushAsync(key, CancellationToken.None);
        }
    }

    /// <summary>The attestation key, SubjectPublicKeyInfo: what an operator puts into the policy.</summary>
    public async Task<byte[]> AttestationKeyAsync(CancellationToken cancellation)
    {
        await using var tpm = await TpmConnection.OpenAsync(address, cancellation);
        var key = await OpenKeyAsync(tpm, cancellation);
        await tpm.FlushAsync(key, cancellation);
        return key.ExportSubjectPublicKeyInfo();
    }

    private Task<TpmKey> OpenKeyAsync(TpmConnection tpm, CancellationToken cancellation) =>
        keyHandle is { } handle ? tpm.OpenKeyAsync(handle, cancellation) : tpm.CreateAttestationKeyAsync(cancellation);
}
