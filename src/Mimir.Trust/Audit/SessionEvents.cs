namespace Mimir.Trust.Audit;

/// <summary>A model was shared with a group of parties.</summary>
/// <param name="Group">The group.</param>
/// <param name="Owner">The model owner's name.</param>
/// <param name="Parties">Names of the parties.</param>
/// <param name="LayoutSha256">Digest of the model's public layout.</param>
public sealed record ModelShared(SessionId Group, string Owner, IReadOnlyList<string> Parties, ReadOnlyMemory<byte> LayoutSha256) : AuditEvent
{
    /// <inheritdoc/>
    public override string Kind => "model-shared";

    /// <inheritdoc/>
    public override IReadOnlyList<AuditField> Fields =>
    [
        new("group", Group.ToString()), new("owner", AuditText.Peer(Role.ModelOwner, Owner)),
        new("parties", Parties), new("layout_sha256", AuditText.Hex(LayoutSha256)),
    ];
}

/// <summary>A session was created.</summary>
/// <param name="Session">The session.</param>
/// <param name="Group">The group on whose model it runs.</param>
/// <param name="Creator">The data owner's name.</param>
/// <param name="Active">Whether MACs are on.</param>
public sealed record SessionCreated(SessionId Session, SessionId Group, string Creator, bool Active) : AuditEvent
{
    /// <inheritdoc/>
    public override string Kind => "session-created";

    /// <inheritdoc/>
    public override IReadOnlyList<AuditField> Fields =>
    [
        new("session", Session.ToString()), new("group", Group.ToString()),
        new("creator", AuditText.Peer(Role.DataOwner, Creator)), new("security", Active ? "active" : "passive"),
    ];
}

/// <summary>What a session can reveal.</summary>
public enum DisclosedFact
{
    /// <summary>The generated tokens, and with them the whole prompt's length.</summary>
    Tokens,

    /// <summary>The logits before every generated token.</summary>
    Logits,

    /// <summary>The exact length of a prompt segment.</summary>
    SegmentLength,

    /// <summary>The length of a prompt segment, rounded up.</summary>
    RoundedSegmentLength,

    /// <summary>The sampling noise, because a seed was given.</summary>
    SamplingNoise,
}

/// <summary>By its terms, a session reveals this to them. Who is <c>everyone</c> are the session's parties, clients, Triple Service and coordinator.</summary>
/// <param name="Session">The session.</param>
/// <param name="Fact">What.</param>
/// <param name="Of">Whose secret it was; null: nobody's alone.</param>
/// <param name="To">Names of data owners; empty: everyone.</param>
public sealed record Disclosed(SessionId Session, DisclosedFact Fact, string? Of, IReadOnlyList<string> To) : AuditEvent
{
    /// <inheritdoc/>
    public override string Kind => "disclosed";

    /// <inheritdoc/>
    public override IReadOnlyList<AuditField> Fields =>
    [
        new("session", Session.ToString()), new("what", AuditText.Word(Fact)),
        .. Of is null ? Array.Empty<AuditField>() : [new AuditField("of", PeerName.Require(Of))],
        new("to", To.Count == 0 ? (IReadOnlyList<string>)["everyone"] : To),
    ];
}

/// <summary>A session ended in good order.</summary>
/// <param name="Session">The session.</param>
public sealed record SessionEnded(SessionId Session) : AuditEvent
{
    /// <inheritdoc/>
    public override string Kind => "session-ended";

    /// <inheritdoc/>
    public override IReadOnlyList<AuditField> Fields => [new("session", Session.ToString())];
}

/// <summary>Why a session was aborted.</summary>
public enum AbortCause
{
    /// <summary>Something failed that is nobody's fault.</summary>
    Failed,

    /// <summary>Its terms or its use were wrong.</summary>
    Usage,

    /// <summary>A check failed, or a peer broke the protocol.</summary>
    PeerMisbehaved,

    /// <summary>A peer is gone.</summary>
    PeerLost,
}

/// <summary>A session was aborted; nothing was released after it.</summary>
/// <param name="Session">The session.</param>
/// <param name="Cause">Why.</param>
/// <param name="Reporter">Who reported it, as <c>role/name</c>; null: the coordinator itself.</param>
public sealed record SessionAborted(SessionId Session, AbortCause Cause, string? Reporter) : AuditEvent
{
    /// <inheritdoc/>
    public override string Kind => "session-aborted";

    /// <inheritdoc/>
    public override IReadOnlyList<AuditField> Fields => Reporter is null
        ? [new("session", Session.ToString()), new("cause", AuditText.Word(Cause))]
        : [new("session", Session.ToString()), new("cause", AuditText.Word(Cause)), new("reporter", Reporter)];
}
