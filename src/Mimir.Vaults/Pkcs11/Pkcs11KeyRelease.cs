using System.Security.Cryptography;
using Mimir.Trust.KeyRelease;

namespace Mimir.Vaults.Pkcs11;

/// <summary>
/// Keys that a token decrypts with its RSA key. Bound to the token, not to evidence: whoever runs code on the machine with the token and knows its PIN
/// gets the key. For machines whose hardware module is the protection.
/// </summary>
/// <param name="token">Not disposed here.</param>
/// <param name="privateKey">Label of the RSA key.</param>
/// <param name="hash">The hash of OAEP under which the data key was encrypted.</param>
/// <param name="wrapped">RSAES-OAEP ciphertext of a data key by its name; null: there is none.</param>
public sealed class Pkcs11KeyRelease(Pkcs11Token token, string privateKey, OaepHash hash, Func<string, byte[]?> wrapped) : IKeyRelease
{
    /// <inheritdoc/>
    public Task<DataKey> ReleaseAsync(string keyName, CancellationToken cancellation)
    {
        var ciphertext = wrapped(keyName) ?? throw new KeyReleaseException(KeyRefusal.UnknownKey, $"there is no ciphertext of '{keyName}' for the token");
        byte[]? plaintext = null;
        try
        {
            plaintext = token.DecryptOaep(privateKey, ciphertext, hash);
            return plaintext.Length == DataKey.Size
                ? Task.FromResult(new DataKey(keyName, plaintext))
                : throw new KeyReleaseException(KeyRefusal.MalformedAnswer, $"what the token decrypts for '{keyName}' is no {DataKey.Size}-byte key");
        }
        catch (Pkcs11TokenException error)
        {
            throw new KeyReleaseException(KeyRefusal.Denied, $"'{keyName}': {error.Message}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }
}
