using System.Formats.Asn1;
using Mimir.Trust.Attestation.Chains;

namespace Mimir.Trust.Attestation.Snp;

/// <summary>What a VCEK or VLEK certificate says about its key (AMD, VCEK Certificate and KDS Interface Specification, section 3.1; VLEK the same).</summary>
/// <param name="ProductName">For example <c>Milan-B0</c>.</param>
/// <param name="Tcb">The versions for which the key was derived.</param>
/// <param name="HardwareId">VCEK: the chip, 64 or 8 bytes; null for a VLEK.</param>
/// <param name="Provider">VLEK: the cloud provider; null for a VCEK.</param>
public sealed record SnpKeyExtensions(string ProductName, SnpTcb Tcb, ReadOnlyMemory<byte>? HardwareId, string? Provider)
{
    private const string Arc = "1.3.6.1.4.1.3704.1.";
    private const int LongestText = 128;

    /// <summary>The line, from the product's name.</summary>
    public SnpProduct Product => SnpProducts.OfName(ProductName) ?? throw new InvalidOperationException("An unknown product was read.");

    /// <summary>Whether a certificate carries any of them.</summary>
    public static bool AreIn(ChainCertificate certificate) => certificate.Extensions.Any(e => e.Oid.StartsWith(Arc, StringComparison.Ordinal));

    /// <summary>Reads them; null if one is missing, malformed, or of an unknown product.</summary>
    public static SnpKeyExtensions? TryRead(ChainCertificate certificate)
    {
        try
        {
            return Read(certificate);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static SnpKeyExtensions? Read(ChainCertificate certificate)
    {
        var name = Text(certificate.Extension(Arc + "2"));
        if (name is null || SnpProducts.OfName(name) is not { } product) return null;
        if (Number(certificate, "3.1") is not { } bootLoader || Number(certificate, "3.2") is not { } tee || Number(certificate, "3.3") is not { } snp
            || Number(certificate, "3.8") is not { } microcode)
            return null;
        var fmc = Number(certificate, "3.9");
        if (fmc is null && product == SnpProduct.Turin || fmc > 0 && product != SnpProduct.Turin) return null;
        var tcb = new SnpTcb(product == SnpProduct.Turin ? fmc : null, bootLoader, tee, snp, microcode);
        var chip = HardwareIdOf(certificate.Extension(Arc + "4"));
        var provider = Text(certificate.Extension(Arc + "5"));
        return (chip is null) == (provider is null) ? null : new SnpKeyExtensions(name, tcb, chip, provider);
    }

    private static byte? Number(ChainCertificate certificate, string arc)
    {
        if (certificate.Extension(Arc + arc) is not { } value) return null;
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        var known = reader.TryReadInt32(out var number);
        reader.ThrowIfNotEmpty();
        return known && number is >= 0 and <= 255 ? (byte)number : throw new AsnContentException("A version is one byte.");
    }

    private static string? Text(ReadOnlyMemory<byte>? value)
    {
        if (value is not { } bytes) return null;
        var reader = new AsnReader(bytes, AsnEncodingRules.DER);
        var text = AsnText.Read(reader);
        reader.ThrowIfNotEmpty();
        return text.Length is > 0 and <= LongestText && text.All(c => c is >= ' ' and <= '~') ? text : throw new AsnContentException("Printable text was expected.");
    }

    /// <summary>Older certificates hold the bytes themselves, newer ones an OCTET STRING of them.</summary>
    private static ReadOnlyMemory<byte>? HardwareIdOf(ReadOnlyMemory<byte>? value)
    {
        if (value is not { } bytes) return null;
        if (bytes.Length is 8 or 64) return bytes;
        var reader = new AsnReader(bytes, AsnEncodingRules.DER);
        var inner = reader.ReadOctetString();
        reader.ThrowIfNotEmpty();
        return inner.Length is 8 or 64 ? inner : throw new AsnContentException("A hardware identifier has 8 or 64 bytes.");
    }
}
