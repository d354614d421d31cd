namespace Mimir.Trust.Audit;

/// <summary>
/// What an audit entry says: a kind and fields. Fields are names, hexadecimal digests, words of an enumeration, numbers and lists of these, never free
/// text of a peer and never a secret. See <see cref="AuditText"/>.
/// </summary>
public abstract record AuditEvent
{
    /// <summary>All kinds that exist; an entry of another kind is refused when a log is read.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "opened", "closed", "admitted", "refused", "key-released", "key-refused", "revoked",
        "model-shared", "session-created", "disclosed", "session-ended", "session-aborted",
    ];

    /// <summary>One of <see cref="Kinds"/>.</summary>
    public abstract string Kind { get; }

    /// <summary>The fields in the order in which they are written.</summary>
    public abstract IReadOnlyList<AuditField> Fields { get; }
}

/// <summary>One field of an entry.</summary>
/// <param name="Name">Lower case letters and '_'.</param>
/// <param name="Value">A text, a whole number (long), or a list of texts.</param>
public sealed record AuditField(string Name, object Value);
