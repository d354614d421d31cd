using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Tpm;
using Mimir.Trust.Policies.Reading;

namespace Mimir.Trust.Policies.Rules;

/// <summary>Rules for TPM quotes (laboratories only): which attestation keys, or roots of their certificates, and which registers of the SHA-256 bank.</summary>
internal sealed class TpmRules : KindRules
{
    private const string Name = "tpm";
    private const int HashLength = 32;

    private readonly RegisterSets _measurements;
    private readonly IReadOnlyList<string>? _keys, _roots;

    /// <summary>Reads the section; <paramref name="roles"/> are those that may present such quotes.</summary>
    public TpmRules(PolicyMap section, IReadOnlyCollection<Role> roles)
    {
        _measurements = new RegisterSets(section, Pcrs, null, roles, anyAllowed: true);
        _keys = section.HexList("attestation_keys", HashLength);
        _roots = section.HexList("roots", HashLength);
        section.End();
        if (_keys is null && _roots is null) throw section.Error("needs 'attestation_keys' or 'roots': SHA-256 of SubjectPublicKeyInfo");
    }

    /// <summary>Registers of the SHA-256 bank.</summary>
    public static IReadOnlyDictionary<string, int> Pcrs { get; } = Enumerable.Range(0, 24).ToDictionary(i => $"pcr{i}", _ => HashLength);

    /// <summary>A register's value in a quote.</summary>
    public static string? Pcr(TpmClaims? claims, string register) =>
        claims?.Pcr(int.Parse(register.AsSpan(3))) is { } value ? Convert.ToHexStringLower(value.Span) : null;

    /// <inheritdoc/>
    public override void Judge(Role role, EvidenceClaims claims, PolicyDecision decision)
    {
        var tpm = (TpmClaims)claims;
        _measurements.Judge(Name, role, register => Pcr(tpm, register), decision);
        var key = tpm.AttestationKeySha256 is { } hash ? Convert.ToHexStringLower(hash.Span) : null;
        var root = tpm.KeyChain is { } chain ? Convert.ToHexStringLower(chain.Root.SpkiSha256.Span) : null;
        var known = (key is not null && _keys?.Contains(key) == true) || (root is not null && _roots?.Contains(root) == true);
        decision.Add($"{Name}.attestation_key", "a listed key, or one under a listed root", key is null ? "no key" : root is null ? key : $"{key} under {root}", known);
    }
}
