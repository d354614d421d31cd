using System.Security.Cryptography;
using Mimir.Trust.KeyRelease.Threshold;

namespace Mimir.Trust.Certificates;

/// <summary>
/// Custody of an authority's key by n holders, any k of whom can issue: the private number d is shared (<see cref="KeyDeal"/>) and exists nowhere as a whole, EXCEPT in the memory of
/// the machine that issues, while it issues. Whoever controls that machine then has the key; this is custody against theft and loss, not threshold signing.
/// </summary>
public static class ThresholdAuthority
{
    /// <summary>The deal's file in an authority's directory: k, n and the commitments.</summary>
    public const string DealFile = "ca-key.deal";

    /// <summary>The name of the shared key.</summary>
    public const string KeyName = "certificate-authority";

    /// <summary>Makes an authority, writes <c>ca.pem</c> and <c>ca-key.deal</c> into <paramref name="directory"/>, and returns the shares, which the caller disposes of.</summary>
    /// <exception cref="ArgumentException">Not 2 &lt;= k &lt;= n &lt;= 255.</exception>
    public static IReadOnlyList<KeyShare> Create(string directory, int threshold, int shares, TimeSpan? lifetime = null, TimeProvider? clock = null)
    {
        if (threshold < 2) throw new ArgumentException("With a threshold of 1 every holder has the key; take at least 2.", nameof(threshold));
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = CertificateAuthority.Create(lifetime, clock, key);
        var d = key.ExportParameters(true).D!;
        try
        {
            var (deal, dealt) = KeyDeal.Split(KeyName, d, threshold, shares);
            OwnerOnlyFile.CreateDirectory(directory);
            KeyDealFiles.Save(Path.Combine(directory, DealFile), deal);
            authority.SaveCertificate(Path.Combine(directory, CertificateAuthority.CertificateFile));
            return dealt;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(d);
        }
    }

    /// <summary>The authority, from at least k shares; dispose of it as soon as it has issued.</summary>
    /// <exception cref="KeyRelease.KeyReleaseException">A share is wrong (it is named), or there are too few.</exception>
    /// <exception cref="InvalidDataException">The directory holds no such authority.</exception>
    public static CertificateAuthority Load(string directory, IReadOnlyList<KeyShare> shares, TimeProvider? clock = null)
    {
        var d = KeyDealFiles.LoadDeal(Path.Combine(directory, DealFile)).Combine(shares);
        try
        {
            // Without Q the runtime computes it; Load compares it with the certificate's.
            return CertificateAuthority.Load(directory, ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = d }), clock);
        }
        catch (CryptographicException)
        {
            throw new InvalidDataException($"'{directory}': what the shares give is no P-256 key");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(d);
        }
    }
}
