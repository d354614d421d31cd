namespace Mimir.Trust.Attestation.Snp;

/// <summary>AMD's processor lines, each with an own root.</summary>
public enum SnpProduct
{
    /// <summary>Third generation EPYC.</summary>
    Milan,

    /// <summary>Fourth generation EPYC; Bergamo and Siena too.</summary>
    Genoa,

    /// <summary>Fifth generation EPYC.</summary>
    Turin,
}

/// <summary>How a line is named in reports and certificates.</summary>
public static class SnpProducts
{
    /// <summary>The line of a CPUID family and model, both with the extended part added; null if unknown.</summary>
    public static SnpProduct? OfCpu(byte family, byte model) => (family, model >> 4) switch
    {
        (0x19, 0x0) => SnpProduct.Milan,
        (0x19, 0x1 or 0xA) => SnpProduct.Genoa,
        (0x1A, _) => SnpProduct.Turin,
        _ => null,
    };

    /// <summary>The line of a certificate's product name, such as <c>Milan-B0</c>; null if unknown.</summary>
    public static SnpProduct? OfName(string name) => name.Split('-')[0] switch
    {
        "Milan" => SnpProduct.Milan,
        "Genoa" => SnpProduct.Genoa,
        "Turin" => SnpProduct.Turin,
        _ => null,
    };

    /// <summary>The pinned root of a line.</summary>
    public static ReadOnlyMemory<byte> Root(this SnpProduct product) => product switch
    {
        SnpProduct.Milan => PinnedRoots.AmdMilan,
        SnpProduct.Genoa => PinnedRoots.AmdGenoa,
        SnpProduct.Turin => PinnedRoots.AmdTurin,
        _ => throw new ArgumentOutOfRangeException(nameof(product)),
    };

    /// <summary>For example <c>milan</c>.</summary>
    public static string ToName(this SnpProduct product) => product switch
    {
        SnpProduct.Milan => "milan",
        SnpProduct.Genoa => "genoa",
        SnpProduct.Turin => "turin",
        _ => throw new ArgumentOutOfRangeException(nameof(product)),
    };
}
