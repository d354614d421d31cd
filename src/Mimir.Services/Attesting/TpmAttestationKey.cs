using System.Security.Cryptography;
using Mimir.Services.Attesting.Tpm;

namespace Mimir.Services.Attesting;

/// <summary>The key with which this machine's TPM signs quotes: an operator names it in the policy.</summary>
public static class TpmAttestationKey
{
    /// <summary>The key, SubjectPublicKeyInfo, and its SHA-256 as policies write it.</summary>
    /// <exception cref="AttestingException">There is no TPM, or it refuses.</exception>
    public static async Task<(byte[] PublicKeyInfo, string Sha256)> ReadAsync(string tpm, uint? handle, CancellationToken cancellation)
    {
        var key = await new TpmProducer(tpm, TpmProducer.DefaultRegisters, handle).AttestationKeyAsync(cancellation);
        return (key, Convert.ToHexStringLower(SHA256.HashData(key)));
    }
}
