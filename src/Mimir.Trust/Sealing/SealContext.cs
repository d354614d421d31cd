namespace Mimir.Trust.Sealing;

/// <summary>Where a sealed message belongs. It opens only under the same values, so a relay cannot replay or redirect it.</summary>
/// <param name="Purpose">What the message is, for example <c>mimir prompt v1</c>; one constant text per message kind.</param>
/// <param name="Session">The session it belongs to.</param>
/// <param name="Sequence">Its number among the messages of this purpose, sender and recipient in this session, counted from 0.</param>
public readonly record struct SealContext(string Purpose, SessionId Session, ulong Sequence);
