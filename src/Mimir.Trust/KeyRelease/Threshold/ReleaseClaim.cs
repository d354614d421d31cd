using System.Security.Cryptography;
using System.Text;

namespace Mimir.Trust.KeyRelease.Threshold;

/// <summary>Who asks for a share, and with what evidence: what a holder judges.</summary>
/// <param name="KeyName">The key.</param>
/// <param name="Requester">Verified against the group's authority; its certificate names its signing and its sealing key.</param>
/// <param name="RecipientKey">X25519, 32 bytes: what the share is encrypted to. Made for this release in the requester's memory, so that nobody with the files of its identity reads the share.</param>
/// <param name="Nonce">What the evidence must bind as nonce, besides the requester's certificate key: see <see cref="BoundNonce"/>.</param>
/// <param name="Evidence">As its platform makes it, unverified.</param>
public sealed record ReleaseClaim(string KeyName, PeerIdentity Requester, ReadOnlyMemory<byte> RecipientKey, ReadOnlyMemory<byte> Nonce, ReadOnlyMemory<byte> Evidence)
{
    /// <summary>
    /// SHA-256("mimir/key-release/v1" ‖ challenge (32) ‖ recipient key (32) ‖ key name). The share is encrypted to the recipient key: an authority that certifies the attested
    /// key for a process of its own, and a holder that passes another holder's challenge on, gain nothing.
    /// </summary>
    public static byte[] BoundNonce(string keyName, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> recipientKey) =>
        SHA256.HashData([.. "mimir/key-release/v1"u8, .. challenge, .. recipientKey, .. Encoding.ASCII.GetBytes(PeerName.Require(keyName))]);
}

/// <summary>A holder's own judgement; it must not rely on what another verifier says. Only true releases the share.</summary>
public delegate Task<bool> ReleaseJudge(ReleaseClaim claim, CancellationToken cancellation);
