using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Tdx;
using Mimir.Trust.Policies.Reading;

namespace Mimir.Trust.Policies.Rules;

/// <summary>
/// Rules for TDX. Always, and not to be switched off: no DEBUG nor another attribute of the untrusted group, SEPT_VE_DISABLE. A service domain, and with it
/// migration, only if its measurement is listed.
/// </summary>
internal sealed class TdxRules : KindRules
{
    private const string Name = "tdx";
    private const byte MigratableBit = 1 << 5; // bit 29, in byte 3

    private static readonly Dictionary<string, int> Registers = new()
    {
        ["mr_td"] = 48, ["rtmr0"] = 48, ["rtmr1"] = 48, ["rtmr2"] = 48, ["rtmr3"] = 48,
        ["mr_config_id"] = 48, ["mr_owner"] = 48, ["mr_owner_config"] = 48, ["mr_seam"] = 48,
    };

    private readonly RegisterSets _measurements;
    private readonly IReadOnlyList<string> _statuses;
    private readonly ulong _minimumEvaluation;
    private readonly IReadOnlyList<string>? _serviceTds, _platforms;

    /// <summary>Reads the section; <paramref name="roles"/> are those that may present such quotes.</summary>
    public TdxRules(PolicyMap section, IReadOnlyCollection<Role> roles)
    {
        _measurements = new RegisterSets(section, Registers, "mr_td", roles, anyAllowed: false);
        string[] acceptable = [.. TcbStatuses.Names.Where(name => name != nameof(TcbStatus.Revoked))];
        _statuses = section.Choices("tcb_statuses", acceptable) ?? [nameof(TcbStatus.UpToDate)];
        _minimumEvaluation = section.Number("minimum_tcb_evaluation_data_number", int.MaxValue);
        _serviceTds = section.HexList("service_tds", 48);
        _platforms = section.HexList("platforms", 16);
        section.End();
    }

    /// <inheritdoc/>
    public override void Judge(Role role, EvidenceClaims claims, PolicyDecision decision)
    {
        var tdx = (TdxClaims)claims;
        var report = tdx.Report;
        _measurements.Judge(Name, role, register => tdx.Fields[register] as string, decision);
        var attributes = report.TdAttributes.Span;
        decision.Add($"{Name}.debug", "no attribute of the untrusted group", report.IsDebug ? "DEBUG" : $"0x{attributes[0]:x2}", attributes[0] == 0);
        decision.Flag($"{Name}.sept_ve_disable", true, report.IsSeptVeDisabled);
        JudgeServiceTd(report, decision);
        if (_serviceTds is null) decision.Flag($"{Name}.migratable", false, (attributes[3] & MigratableBit) != 0);
        decision.OneOf($"{Name}.tcb_statuses", _statuses, tdx.TcbStatus);
        decision.AtLeast($"{Name}.minimum_tcb_evaluation_data_number", _minimumEvaluation, (ulong?)tdx.Tcb?.EvaluationDataNumber);
        if (_platforms is not null) decision.OneOf($"{Name}.platforms", _platforms, tdx.Platform?.PlatformInstance is { } id ? Convert.ToHexStringLower(id.Span) : null);
    }

    private void JudgeServiceTd(TdReport report, PolicyDecision decision)
    {
        var none = !report.MrServiceTd.Span.ContainsAnyExcept((byte)0);
        var found = none ? "none" : Convert.ToHexStringLower(report.MrServiceTd.Span);
        decision.OneOf($"{Name}.service_td", ["none", .. _serviceTds ?? []], found);
    }
}
