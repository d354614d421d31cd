using Mimir.Trust.Attestation.Snp;
using Mimir.Trust.Policies.Reading;

namespace Mimir.Trust.Policies.Rules;

/// <summary>Bits of the platform's state, of the guest's policy and of the mitigations that must be set, or must not be.</summary>
internal sealed class SnpPlatformRules
{
    private static readonly Dictionary<string, ulong> Platform = new()
    {
        ["smt"] = (ulong)SnpPlatform.Smt,
        ["tsme"] = (ulong)SnpPlatform.Tsme,
        ["ecc"] = (ulong)SnpPlatform.Ecc,
        ["rapl_disabled"] = (ulong)SnpPlatform.RaplDisabled,
        ["ciphertext_hiding"] = (ulong)SnpPlatform.CiphertextHiding,
        ["alias_check_complete"] = (ulong)SnpPlatform.AliasCheckComplete,
        ["tio"] = (ulong)SnpPlatform.TrustedIo,
    };

    private static readonly Dictionary<string, ulong> Guest = new()
    {
        ["smt_allowed"] = (ulong)SnpGuestPolicy.SmtAllowed,
        ["single_socket"] = (ulong)SnpGuestPolicy.SingleSocket,
        ["cxl_allowed"] = (ulong)SnpGuestPolicy.CxlAllowed,
        ["aes_256_xts"] = (ulong)SnpGuestPolicy.Aes256Xts,
        ["rapl_disabled"] = (ulong)SnpGuestPolicy.RaplDisabled,
        ["ciphertext_hiding"] = (ulong)SnpGuestPolicy.CiphertextHiding,
        ["page_swap_disabled"] = (ulong)SnpGuestPolicy.PageSwapDisabled,
    };

    private readonly List<(string Bit, bool Expected)> _platform, _guest;
    private readonly ulong _mitigations;

    /// <summary>Reads <c>platform_info</c> and <c>guest_policy</c> (each with <c>require</c> and <c>forbid</c>) and <c>mitigations</c>.</summary>
    public SnpPlatformRules(PolicyMap section)
    {
        _platform = Bits(section, "platform_info", Platform);
        _guest = Bits(section, "guest_policy", Guest);
        _mitigations = section.Number("mitigations", ulong.MaxValue, 0);
    }

    /// <summary>One line per bit that the policy names.</summary>
    public void Judge(SnpClaims snp, PolicyDecision decision)
    {
        foreach (var (bit, expected) in _platform) decision.Flag($"snp.platform_info.{bit}", expected, (snp.Report.PlatformInfo & Platform[bit]) != 0);
        foreach (var (bit, expected) in _guest) decision.Flag($"snp.guest_policy.{bit}", expected, (snp.Report.Policy & Guest[bit]) != 0);
        if (_mitigations == 0) return;
        var found = snp.Report.LaunchMitigations & snp.Report.CurrentMitigations;
        decision.Add("snp.mitigations", $"all of 0x{_mitigations:x}, at launch and now", $"0x{found:x}", (found & _mitigations) == _mitigations);
    }

    private static List<(string Bit, bool Expected)> Bits(PolicyMap section, string key, Dictionary<string, ulong> names)
    {
        if (section.Map(key) is not { } map) return [];
        var required = map.Choices("require", names.Keys) ?? [];
        var forbidden = map.Choices("forbid", names.Keys) ?? [];
        map.End();
        if (required.Intersect(forbidden).FirstOrDefault() is { } both) throw map.Error($"requires and forbids '{both}'");
        return [.. required.Select(bit => (bit, true)), .. forbidden.Select(bit => (bit, false))];
    }
}
