using System.Security.Cryptography;
using System.Text;

namespace Mimir.Trust.KeyRelease.Threshold;

/// <summary>Who asks for a share, and with what evidence: what a holder judges.</summary>
/// <param name="KeyName">The key.</param>
/// <param name="Requester">Verified against the group's authority; its certificate names its signing and its sealing key.</param>
/// <param name="Nonce">What the evidence must bind as nonce, besides the requester's certificate key: see <see cref="BoundNonce"/>.</param>
/// <param name="Evidence">As its platform makes it, unverified.</param>
public sealed record ReleaseClaim(string KeyName, PeerIdentity Requester, ReadOnlyMemory<byte> Nonce, ReadOnlyMemory<byte> Evidence)
{
    /// <summary>
    /// SHA-256("mimir/key-release/v1" ‖ challenge (32) ‖ sealing key (32) ‖ key name). The sealing key is in it because the share is encrypted to that key: an
    /// authority that certifies the attested key together with its own sealing key gains nothing.
    /// </summary>
    public static byte[] BoundNonce(string keyName, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> sealingPublicKey) =>
        SHA256.HashData([.. "mimir/key-release/v1"u8, .. challenge, .. sealingPublicKey, .. Encoding.ASCII.GetBytes(PeerName.Require(keyName))]);
}

/// <summary>A holder's own judgement; it must not rely on what another verifier says. Only true releases the share.</summary>
public delegate Task<bool> ReleaseJudge(ReleaseClaim claim, CancellationToken cancellation);
