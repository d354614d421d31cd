using System.Security.Cryptography;
using Mimir.Trust.Attestation;

namespace Mimir.Trust.Registration;

/// <summary>The one measurement of a kind that says which image was started: for logs and the certificate's extension. Policies look at all claims.</summary>
public static class LaunchMeasurement
{
    /// <summary>Bytes of the measurement: SNP MEASUREMENT, TDX MR_TD, Nitro PCR0, TPM's digest of the quoted registers, a simulated statement's own.</summary>
    /// <exception cref="CryptographicException">The claims have none.</exception>
    public static byte[] Of(EvidenceClaims claims)
    {
        var field = claims.Kind switch
        {
            EvidenceKind.Tdx => "mr_td",
            EvidenceKind.Nitro => "pcrs.0",
            EvidenceKind.Tpm => "pcrDigest",
            EvidenceKind.AzureVtpm => "snp.measurement",
            _ => "measurement",
        };
        return claims.Fields[field] is string hex ? Convert.FromHexString(hex) : throw new CryptographicException($"{claims.Kind.ToName()} evidence without '{field}'.");
    }
}
