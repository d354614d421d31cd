using System.Security.Cryptography;
using Mimir.Trust.Attestation.Chains;

namespace Mimir.Trust.Attestation.Tpm;

/// <summary>What a TPM's quote states, and why its key is believed.</summary>
/// <param name="Quote">The quote's fields.</param>
/// <param name="Banks">Register values per bank, checked against the quote; empty where none were given.</param>
/// <param name="AttestationKey">SubjectPublicKeyInfo of the key that signed, or null if unknown.</param>
/// <param name="Trust">Why that key is believed.</param>
/// <param name="KeyChain">Chain of the attestation key's certificate, or null.</param>
/// <param name="EndorsementChain">
/// Verified chain of the TPM's endorsement key certificate, or null. It says that such a TPM exists; that the attestation key lives in it, only a
/// credential activation at registration proves.
/// </param>
public sealed record TpmClaims(
    TpmQuote Quote, IReadOnlyList<PcrValues> Banks, ReadOnlyMemory<byte>? AttestationKey, TpmKeyTrust Trust, CertifiedChain? KeyChain, CertifiedChain? EndorsementChain)
    : EvidenceClaims
{
    /// <inheritdoc/>
    public override EvidenceKind Kind => EvidenceKind.Tpm;

    /// <summary>SHA-256 of the attestation key's SubjectPublicKeyInfo, or null.</summary>
    public ReadOnlyMemory<byte>? AttestationKeySha256 => AttestationKey is { } key ? (ReadOnlyMemory<byte>?)SHA256.HashData(key.Span) : null;

    /// <summary>A register of the SHA-256 bank, or null if it was not quoted, or its value not given.</summary>
    public ReadOnlyMemory<byte>? Pcr(int register) => Banks.FirstOrDefault(b => b.Bank == TpmHash.Sha256)?[register];

    /// <inheritdoc/>
    public override ClaimFields Fields
    {
        get
        {
            var fields = new ClaimFields
            {
                { "extraData", Quote.ExtraData },
                { "pcrDigest", Quote.PcrDigest },
                { "qualified_signer", Quote.QualifiedSigner },
                { "clock", Quote.Clock },
                { "clock_safe", Quote.IsClockSafe },
                { "reset_count", (ulong)Quote.ResetCount },
                { "restart_count", (ulong)Quote.RestartCount },
                { "firmware_version", $"0x{Quote.FirmwareVersion:x}" },
            };
            var selections = new ClaimFields();
            foreach (var bank in Quote.Selections.GroupBy(s => s.Bank))
                selections.Add(bank.Key.ToName(), bank.SelectMany(s => s.Registers).Select(r => $"{r}").ToArray());
            fields.Add("pcr_selection", selections);
            var values = new ClaimFields();
            foreach (var bank in Banks) values.Add(bank.Bank.ToName(), bank.Fields());
            if (values.Count > 0) fields.Add("pcrs", values);
            AddTrust(fields);
            return fields;
        }
    }

    private void AddTrust(ClaimFields fields)
    {
        if (AttestationKeySha256 is not { } key) return;
        fields.Add("ak_spki_sha256", key);
        fields.Add("ak_trust", Trust switch { TpmKeyTrust.Certificate => "certificate", TpmKeyTrust.SnpReport => "snp-report", _ => "given" });
        if (KeyChain is not null) fields.Add("ak_root_spki_sha256", KeyChain.Root.SpkiSha256);
        if (EndorsementChain is null) return;
        fields.Add("ek_spki_sha256", EndorsementChain.Leaf.SpkiSha256);
        fields.Add("ek_root", EndorsementChain.Root.Name);
        fields.Add("ek_root_spki_sha256", EndorsementChain.Root.SpkiSha256);
    }
}
