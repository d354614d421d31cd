namespace Mimir.Trust.Attestation.Snp;

/// <summary>The key that signed a report; the numbers are those of the report's key info.</summary>
public enum SnpSigner
{
    /// <summary>The chip's own key.</summary>
    Vcek = 0,

    /// <summary>A key that AMD gave to a cloud provider.</summary>
    Vlek = 1,

    /// <summary>None.</summary>
    None = 7,
}
