namespace Mimir.Trust.KeyRelease;

/// <summary>
/// Where data keys come from. An implementation makes a fresh key pair, has it attested (<see cref="KeyAttester"/>) and gets the data key
/// encrypted to that pair only; the two that do not are marked as laboratory or as bound to hardware.
/// </summary>
public interface IKeyRelease
{
    /// <summary>Gets a data key; the caller disposes of it, which zeroes it.</summary>
    /// <exception cref="KeyReleaseException">With the reason.</exception>
    Task<DataKey> ReleaseAsync(string keyName, CancellationToken cancellation);
}

/// <summary>Makes evidence of this machine that binds a public key and a verifier's nonce.</summary>
/// <param name="subjectPublicKeyInfo">DER.</param>
/// <param name="nonce">The verifier's; empty where the evidence format has another proof of freshness.</param>
/// <param name="cancellation">Stops waiting.</param>
/// <returns>The evidence, as its platform makes it.</returns>
public delegate Task<byte[]> KeyAttester(ReadOnlyMemory<byte> subjectPublicKeyInfo, ReadOnlyMemory<byte> nonce, CancellationToken cancellation);
