namespace Mimir.Trust.Attestation.Azure;

/// <summary>Codes of refusals by the verifier of Azure's vTPM.</summary>
public static class AzureRefusals
{
    /// <summary>The firmware's report is malformed.</summary>
    public const string Report = "azure.hcl-report";

    /// <summary>The firmware's report does not hold an SEV-SNP report with SHA-256 of the runtime data.</summary>
    public const string ReportType = "azure.report-type";

    /// <summary>The SNP report does not sign the runtime data.</summary>
    public const string RuntimeData = "azure.runtime-data";

    /// <summary>The runtime data name no attestation key that is understood.</summary>
    public const string Key = "azure.attestation-key";

    /// <summary>The SNP report was made at a lower privilege than that of Azure's firmware.</summary>
    public const string Vmpl = "azure.vmpl";

    /// <summary>Exactly one quote is needed.</summary>
    public const string QuoteMissing = "azure.quote-missing";
}
