namespace Mimir.Trust.KeyRelease.Threshold;

/// <summary>A holder's one-time challenge.</summary>
/// <param name="Holder">Who gave it, verified against the group's authority: the share must be sealed by it.</param>
/// <param name="Nonce"><see cref="ShareHolder.ChallengeLength"/> bytes.</param>
public sealed record ShareChallenge(PeerIdentity Holder, byte[] Nonce);

/// <summary>What answers a challenge.</summary>
/// <param name="Nonce">The challenge's.</param>
/// <param name="RecipientKey">X25519, 32 bytes: what the share shall be encrypted to.</param>
/// <param name="Evidence">Over <see cref="ReleaseClaim.BoundNonce"/> and the requester's certificate key.</param>
public sealed record ShareAnswer(ReadOnlyMemory<byte> Nonce, ReadOnlyMemory<byte> RecipientKey, ReadOnlyMemory<byte> Evidence);
