using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Mimir.Trust.Attestation.Chains;

/// <summary>What a certificate may be used for.</summary>
/// <param name="IsAuthority">Basic constraints say CA.</param>
/// <param name="PathLength">Most intermediate certificates below it, or null for no bound.</param>
/// <param name="Usage">Key usage, or null where the certificate does not restrict it.</param>
/// <param name="UnknownCritical">OIDs of critical extensions that nothing here understands.</param>
public sealed record CertificateConstraints(bool IsAuthority, int? PathLength, X509KeyUsageFlags? Usage, IReadOnlyList<string> UnknownCritical)
{
    private const string BasicConstraints = "2.5.29.19";
    private const string KeyUsage = "2.5.29.15";
    private const int LongestPath = 16;

    /// <summary>Understood where they do not restrict how a chain is built: subject alternative name, extended key usage.</summary>
    private static readonly string[] Harmless = ["2.5.29.17", "2.5.29.37"];

    /// <summary>Whether the key may sign certificates.</summary>
    public bool MaySignCertificates => IsAuthority && (Usage is not { } usage || usage.HasFlag(X509KeyUsageFlags.KeyCertSign));

    /// <summary>Whether the key may sign revocation lists.</summary>
    public bool MaySignRevocations => IsAuthority && (Usage is not { } usage || usage.HasFlag(X509KeyUsageFlags.CrlSign));

    /// <summary>Reads them.</summary>
    /// <exception cref="AsnContentException">One of the two extensions is malformed.</exception>
    internal static CertificateConstraints Read(IReadOnlyList<CertificateExtension> extensions)
    {
        var (isAuthority, pathLength) = (false, (int?)null);
        X509KeyUsageFlags? usage = null;
        var unknown = new List<string>();
        foreach (var extension in extensions)
        {
            if (extension.Oid == BasicConstraints) (isAuthority, pathLength) = ReadBasic(extension.Value);
            else if (extension.Oid == KeyUsage) usage = ReadUsage(extension.Value);
            else if (extension.IsCritical && !Harmless.Contains(extension.Oid)) unknown.Add(extension.Oid);
        }

        return new CertificateConstraints(isAuthority, pathLength, usage, unknown);
    }

    private static (bool IsAuthority, int? PathLength) ReadBasic(ReadOnlyMemory<byte> value)
    {
        var outer = new AsnReader(value, AsnEncodingRules.DER);
        var sequence = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var authority = sequence.HasData && sequence.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && sequence.ReadBoolean();
        int? length = null;
        if (sequence.HasData)
        {
            if (!sequence.TryReadInt32(out var stated) || stated is < 0 or > LongestPath) throw new AsnContentException("Path length out of range.");
            length = stated;
        }

        sequence.ThrowIfNotEmpty();
        return (authority, length);
    }

    private static X509KeyUsageFlags ReadUsage(ReadOnlyMemory<byte> value)
    {
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        var bits = reader.ReadBitString(out _);
        reader.ThrowIfNotEmpty();
        if (bits.Length is 0 or > 2) throw new AsnContentException("Key usage out of range.");
        return (X509KeyUsageFlags)(bits[0] | (bits.Length > 1 ? bits[1] << 8 : 0));
    }
}
