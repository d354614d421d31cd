using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Snp;
using Mimir.Trust.Policies.Reading;

namespace Mimir.Trust.Policies.Rules;

/// <summary>
/// Rules for SEV-SNP. Always, and not to be switched off: no DEBUG, no migration agent, VMPL 0. TCB minima hold for the reported, the committed and the
/// launch versions, never for the current ones, which the host may roll back.
/// </summary>
internal sealed class SnpRules : KindRules
{
    private const string Name = "snp";
    private static readonly Dictionary<string, int> Registers = new() { ["measurement"] = 48 };

    private readonly RegisterSets? _measurements;
    private readonly SnpPlatformRules _platform;
    private readonly SnpTcbRules _tcb;
    private readonly IReadOnlyList<string> _signingKeys;
    private readonly IReadOnlyList<string>? _idKeys, _authorKeys, _hostData, _chips;
    private readonly ulong _minimumGuestSvn;
    private readonly bool _revocationRequired;

    /// <summary>Reads the section; <paramref name="roles"/> are those that may present such reports by themselves.</summary>
    public SnpRules(PolicyMap section, IReadOnlyCollection<Role> roles)
    {
        if (roles.Count > 0 || section.Has("measurements")) _measurements = new RegisterSets(section, Registers, "measurement", roles, anyAllowed: false);
        _tcb = new SnpTcbRules(section);
        _platform = new SnpPlatformRules(section);
        _signingKeys = section.Choices("signing_keys", ["vcek", "vlek"]) ?? ["vcek"];
        _idKeys = section.HexList("id_key_digests", 48);
        _authorKeys = section.HexList("author_key_digests", 48);
        _hostData = section.HexList("host_data", 32);
        _chips = section.HexList("chips", 64);
        _minimumGuestSvn = section.Number("minimum_guest_svn", uint.MaxValue, 0);
        _revocationRequired = section.Flag("revocation_required", true);
        section.End();
    }

    /// <inheritdoc/>
    public override void Judge(Role role, EvidenceClaims claims, PolicyDecision decision)
    {
        var snp = (SnpClaims)claims;
        if (_measurements is null) decision.Add($"{Name}.measurements", $"a measurement for the role {role.ToName()}", "none in the policy", false);
        else _measurements.Judge(Name, role, _ => Convert.ToHexStringLower(snp.Report.Measurement.Span), decision);
        JudgeMachine(snp, decision);
    }

    /// <summary>Everything but the measurement: also for a report under a virtual TPM.</summary>
    public void JudgeMachine(SnpClaims snp, PolicyDecision decision)
    {
        var report = snp.Report;
        decision.Flag($"{Name}.debug", false, snp.IsDebug);
        decision.Flag($"{Name}.migrate_ma", false, snp.MayMigrate);
        decision.Add($"{Name}.vmpl", "0", report.Vmpl.ToString(), report.Vmpl == 0);
        _tcb.Judge(snp, decision);
        _platform.Judge(snp, decision);
        decision.OneOf($"{Name}.signing_keys", _signingKeys, report.Signer?.ToString().ToLowerInvariant());
        Listed("id_key_digests", _idKeys, report.IdKeyDigest, decision);
        Listed("author_key_digests", _authorKeys, report.AuthorKeyDigest, decision);
        Listed("host_data", _hostData, report.HostData, decision);
        Listed("chips", _chips, report.ChipId, decision);
        decision.AtLeast($"{Name}.minimum_guest_svn", _minimumGuestSvn, report.GuestSvn);
        if (_revocationRequired) decision.Flag($"{Name}.revocation_required", true, snp.RevocationChecked);
    }

    private static void Listed(string rule, IReadOnlyList<string>? accepted, ReadOnlyMemory<byte> found, PolicyDecision decision)
    {
        if (accepted is not null) decision.OneOf($"{Name}.{rule}", accepted, Convert.ToHexStringLower(found.Span));
    }
}
