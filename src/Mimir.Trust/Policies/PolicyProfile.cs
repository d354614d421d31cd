namespace Mimir.Trust.Policies;

/// <summary>Whether a policy is for real data or for a laboratory. Evidence of one is never accepted in the other.</summary>
public enum PolicyProfile
{
    /// <summary>Confidential machines only: SNP, TDX, Nitro, Azure's vTPM.</summary>
    Production,

    /// <summary>TPM quotes and simulated statements, which prove no confidentiality.</summary>
    Lab,
}
