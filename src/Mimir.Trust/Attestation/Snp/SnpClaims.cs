using Mimir.Trust.Attestation.Chains;

namespace Mimir.Trust.Attestation.Snp;

/// <summary>What an SNP report states, and who endorsed it.</summary>
/// <param name="Report">The report's fields.</param>
/// <param name="Product">The line, from the report or, for version 2, from the certificate; null if neither tells.</param>
/// <param name="Key">The endorsed key, or null if no certificate could be read.</param>
/// <param name="Chain">The verified chain of that key, or null.</param>
public sealed record SnpClaims(SnpReport Report, SnpProduct? Product, SnpKeyExtensions? Key, CertifiedChain? Chain) : EvidenceClaims
{
    /// <inheritdoc/>
    public override EvidenceKind Kind => EvidenceKind.Snp;

    /// <summary>Versions for which the signing key was derived: what the platform claims.</summary>
    public SnpTcb? ReportedTcb => Tcb(Report.ReportedTcb);

    /// <summary>Versions below which the platform cannot be rolled back.</summary>
    public SnpTcb? CommittedTcb => Tcb(Report.CommittedTcb);

    /// <summary>Versions running at present: the host may still roll them back, so no policy should rest on them.</summary>
    public SnpTcb? CurrentTcb => Tcb(Report.CurrentTcb);

    /// <summary>Versions when the guest was launched.</summary>
    public SnpTcb? LaunchTcb => Tcb(Report.LaunchTcb);

    /// <summary>The host may debug the guest.</summary>
    public bool IsDebug => Has(SnpGuestPolicy.Debug);

    /// <summary>A migration agent may be associated.</summary>
    public bool MayMigrate => Has(SnpGuestPolicy.MigrationAgent);

    /// <summary>The host does not tell the chip.</summary>
    public bool IsChipMasked => !Report.ChipId.Span.ContainsAnyExcept((byte)0);

    /// <summary>Whether a current revocation list of the line's root was given and passed.</summary>
    public bool RevocationChecked => Chain?.RevocationChecked ?? false;

    /// <inheritdoc/>
    public override ClaimFields Fields
    {
        get
        {
            var fields = new ClaimFields { { "version", (ulong)Report.Version } };
            if (Product is { } product) fields.Add("product", product.ToName());
            fields.Add("fms", Convert.ToHexStringLower([Report.Family, Report.Model, Report.Stepping]));
            AddGuest(fields);
            AddPlatform(fields);
            AddEndorsement(fields);
            return fields;
        }
    }

    private SnpTcb? Tcb(ReadOnlyMemory<byte> bytes) => Product is { } product ? SnpTcb.Read(bytes.Span, product) : null;

    private bool Has(SnpGuestPolicy bit) => (Report.Policy & (ulong)bit) != 0;

    private bool Has(SnpPlatform bit) => (Report.PlatformInfo & (ulong)bit) != 0;

    private void AddGuest(ClaimFields fields)
    {
        fields.Add("guest_svn", (ulong)Report.GuestSvn);
        fields.Add("policy_bits", $"0x{Report.Policy:x}");
        fields.Add("debug", IsDebug);
        fields.Add("migrate_ma", MayMigrate);
        fields.Add("smt_allowed", Has(SnpGuestPolicy.SmtAllowed));
        fields.Add("single_socket", Has(SnpGuestPolicy.SingleSocket));
        fields.Add("cxl_allowed", Has(SnpGuestPolicy.CxlAllowed));
        fields.Add("vmpl", (ulong)Report.Vmpl);
        fields.Add("family_id", Report.FamilyId);
        fields.Add("image_id", Report.ImageId);
        fields.Add("report_data", Report.ReportData);
        fields.Add("measurement", Report.Measurement);
        fields.Add("host_data", Report.HostData);
        fields.Add("id_key_digest", Report.IdKeyDigest);
        fields.Add("author_key_digest", Report.AuthorKeyDigest);
        fields.Add("author_key_given", (Report.KeyInfo & 1) != 0);
        fields.Add("report_id", Report.ReportId);
        fields.Add("report_id_ma", Report.ReportIdMigrationAgent);
    }

    private void AddPlatform(ClaimFields fields)
    {
        fields.Add("plat_info", $"0x{Report.PlatformInfo:x}");
        fields.Add("smt", Has(SnpPlatform.Smt));
        fields.Add("tsme", Has(SnpPlatform.Tsme));
        fields.Add("ecc", Has(SnpPlatform.Ecc));
        fields.Add("rapl_disabled", Has(SnpPlatform.RaplDisabled));
        fields.Add("ciphertext_hiding", Has(SnpPlatform.CiphertextHiding));
        fields.Add("alias_check_complete", Has(SnpPlatform.AliasCheckComplete));
        fields.Add("tio", Has(SnpPlatform.TrustedIo));
        fields.Add("chip_id", Report.ChipId);
        fields.Add("chip_id_masked", IsChipMasked);
        if (ReportedTcb is { } reported) fields.Add("reported_tcb", reported.Fields());
        if (CommittedTcb is { } committed) fields.Add("committed_tcb", committed.Fields());
        if (CurrentTcb is { } current) fields.Add("current_tcb", current.Fields());
        if (LaunchTcb is { } launch) fields.Add("launch_tcb", launch.Fields());
        fields.Add("current_firmware", Report.CurrentFirmware);
        fields.Add("committed_firmware", Report.CommittedFirmware);
        fields.Add("launch_mit", $"0x{Report.LaunchMitigations:x}");
        fields.Add("current_mit", $"0x{Report.CurrentMitigations:x}");
    }

    private void AddEndorsement(ClaimFields fields)
    {
        fields.Add("signing_key", Report.Signer?.ToString().ToUpperInvariant() ?? "UNKNOWN");
        fields.Add("mask_chip_key", (Report.KeyInfo & 2) != 0);
        if (Key?.Provider is { } provider) fields.Add("csp_id", provider);
        if (Chain is null) return;
        fields.Add("ek_valid_from", Chain.Leaf.NotBefore);
        fields.Add("ek_valid_to", Chain.Leaf.NotAfter);
        fields.Add("root", Chain.Root.Name);
        fields.Add("root_spki_sha256", Chain.Root.SpkiSha256);
        fields.Add("revocation_checked", Chain.RevocationChecked);
    }
}
