namespace Mimir.Trust.Attestation.Tdx;

/// <summary>What a TDX quote and Intel's collateral state together.</summary>
public sealed record TdxClaims : EvidenceClaims
{
    /// <inheritdoc/>
    public override EvidenceKind Kind => EvidenceKind.Tdx;

    /// <summary>The quote's version, 4 or 5.</summary>
    public required int Version { get; init; }

    /// <summary>The domain's report.</summary>
    public required TdReport Report { get; init; }

    /// <summary>What the platform's certificate says; null when it could not be read.</summary>
    public PckExtension? Platform { get; init; }

    /// <summary>What the collateral says; null when there is none that could be trusted.</summary>
    public TdxTcb? Tcb { get; init; }

    /// <summary>Whether an event log came with the quote and leads to its runtime registers.</summary>
    public bool EventLogReplayed { get; init; }

    /// <inheritdoc/>
    public override string? TcbStatus => Tcb?.StatusName;

    /// <inheritdoc/>
    public override ClaimFields Fields
    {
        get
        {
            var fields = new ClaimFields
            {
                { "version", (ulong)Version },
                { "body", Report.Is15 ? "td15" : "td10" },
                { "tee_tcb_svn", Report.TeeTcbSvn },
                { "mr_seam", Report.MrSeam },
                { "mr_signer_seam", Report.MrSignerSeam },
                { "seam_attributes", Report.SeamAttributes },
                { "td_attributes", Report.TdAttributes },
                { "debug", Report.IsDebug },
                { "sept_ve_disable", Report.IsSeptVeDisabled },
                { "xfam", Report.Xfam },
                { "mr_td", Report.MrTd },
                { "mr_config_id", Report.MrConfigId },
                { "mr_owner", Report.MrOwner },
                { "mr_owner_config", Report.MrOwnerConfig },
            };
            for (var i = 0; i < 4; i++) fields.Add($"rtmr{i}", Report.Rtmr(i));
            fields.Add("report_data", Report.ReportData);
            if (Report.Is15)
            {
                fields.Add("tee_tcb_svn2", Report.TeeTcbSvn2);
                fields.Add("mr_service_td", Report.MrServiceTd);
            }

            fields.Add("event_log_replayed", EventLogReplayed);
            if (Platform is not null) fields.Add("pck", Platform.Fields);
            if (Tcb is not null) fields.Add("tcb", Tcb.Fields);
            return fields;
        }
    }
}
