using Mimir.Trust.KeyRelease;
using Mimir.Trust.Revocations;

namespace Mimir.Trust.Audit;

/// <summary>A process was admitted.</summary>
/// <param name="Role">Its role.</param>
/// <param name="Name">Its name.</param>
/// <param name="SpkiSha256">Its certificate's key.</param>
public sealed record Admitted(Role Role, string Name, ReadOnlyMemory<byte> SpkiSha256) : AuditEvent
{
    /// <summary>SHA-256 of the evidence that was accepted; empty when none is required.</summary>
    public ReadOnlyMemory<byte> EvidenceSha256 { get; init; }

    /// <summary>The measurement that the evidence proves; empty when none is required.</summary>
    public ReadOnlyMemory<byte> Measurement { get; init; }

    /// <inheritdoc/>
    public override string Kind => "admitted";

    /// <inheritdoc/>
    public override IReadOnlyList<AuditField> Fields
    {
        get
        {
            List<AuditField> fields = [new("peer", AuditText.Peer(Role, Name)), new("spki_sha256", AuditText.Hex(SpkiSha256))];
            if (!EvidenceSha256.IsEmpty) fields.Add(new("evidence_sha256", AuditText.Hex(EvidenceSha256)));
            if (!Measurement.IsEmpty) fields.Add(new("measurement", AuditText.Hex(Measurement)));
            return fields;
        }
    }
}

/// <summary>Why a process was not admitted.</summary>
public enum AdmissionRefusal
{
    /// <summary>Another release, or a greeting of no known form.</summary>
    Protocol,

    /// <summary>A process of this name is there already.</summary>
    Duplicate,

    /// <summary>Its evidence answers no nonce of now: it was replayed.</summary>
    Replayed,

    /// <summary>Its evidence was given for another connection.</summary>
    Relayed,

    /// <summary>Its key is of a wrong kind, or it does not hold it.</summary>
    Key,

    /// <summary>Its evidence is not genuine, or is bound to something else.</summary>
    Evidence,

    /// <summary>What its evidence proves is not what the policy asks for.</summary>
    Policy,
}

/// <summary>A process was refused.</summary>
/// <param name="Role">The role of its certificate.</param>
/// <param name="Name">The name of its certificate.</param>
/// <param name="Reason">Why.</param>
public sealed record Refused(Role Role, string Name, AdmissionRefusal Reason) : AuditEvent
{
    /// <inheritdoc/>
    public override string Kind => "refused";

    /// <inheritdoc/>
    public override IReadOnlyList<AuditField> Fields => [new("peer", AuditText.Peer(Role, Name)), new("reason", AuditText.Word(Reason))];
}

/// <summary>A data key, or a share of it, was released.</summary>
/// <param name="KeyName">Which.</param>
/// <param name="Recipient">SHA-256 of the public key (SPKI) that it was encrypted to.</param>
public sealed record KeyReleased(string KeyName, ReadOnlyMemory<byte> Recipient) : AuditEvent
{
    /// <inheritdoc/>
    public override string Kind => "key-released";

    /// <inheritdoc/>
    public override IReadOnlyList<AuditField> Fields => [new("key", PeerName.Require(KeyName)), new("recipient_spki_sha256", AuditText.Hex(Recipient))];
}

/// <summary>A data key was refused.</summary>
/// <param name="KeyName">Which.</param>
/// <param name="Reason">Why.</param>
public sealed record KeyRefused(string KeyName, KeyRefusal Reason) : AuditEvent
{
    /// <inheritdoc/>
    public override string Kind => "key-refused";

    /// <inheritdoc/>
    public override IReadOnlyList<AuditField> Fields => [new("key", PeerName.Require(KeyName)), new("reason", AuditText.Word(Reason))];
}

/// <summary>A revocation came into force.</summary>
/// <param name="ListVersion">Version of the list.</param>
/// <param name="What">What the value names.</param>
/// <param name="Value">role/name, a serial number, or SHA-256 of a key in hexadecimal.</param>
public sealed record Revoked(ulong ListVersion, RevocationKind What, string Value) : AuditEvent
{
    /// <inheritdoc/>
    public override string Kind => "revoked";

    /// <inheritdoc/>
    public override IReadOnlyList<AuditField> Fields => [new("list_version", (long)Math.Min(ListVersion, long.MaxValue)), new("what", AuditText.Word(What)), new("value", Value)];
}
