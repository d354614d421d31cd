using System.Security.Cryptography;
using System.Text.Json;
using Mimir.Trust.KeyRelease;

namespace Mimir.Vaults.Oci;

/// <summary>
/// Keys that OCI Vault decrypts for the holder of an API signing key. Vault knows NO attested recipient: the key comes back inside TLS only, to whoever holds
/// the signing key. The signing key must therefore itself be kept where only attested code reaches it (for example in a file sealed under a k-of-n key).
/// </summary>
/// <param name="client">Trusts the system's roots; not disposed here.</param>
/// <param name="endpoint">The vault's crypto endpoint, https://….oraclecloud.com (http only on loopback).</param>
/// <param name="vaultKeyId">OCID of the vault's master key.</param>
/// <param name="signer">Signs requests.</param>
/// <param name="wrapped">The vault's ciphertext (base64) of a data key by its name; null: there is none.</param>
public sealed class OciVaultKeyRelease(HttpClient client, Uri endpoint, string vaultKeyId, OciRequestSigner signer, Func<string, string?> wrapped) : IKeyRelease
{
    private const int LongestAnswer = 64 * 1024;

    /// <summary>The associated data under which the data key must have been encrypted: this, with the key's name as value.</summary>
    public const string AssociatedName = "mimir-key";

    /// <inheritdoc/>
    public async Task<DataKey> ReleaseAsync(string keyName, CancellationToken cancellation)
    {
        if (endpoint.Scheme != Uri.UriSchemeHttps && !endpoint.IsLoopback) throw new ArgumentException("The vault's endpoint must be https.", nameof(keyName));
        var ciphertext = wrapped(keyName) ?? throw new KeyReleaseException(KeyRefusal.UnknownKey, $"there is no vault ciphertext of '{keyName}'");
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["ciphertext"] = ciphertext,
            ["keyId"] = vaultKeyId,
            ["associatedData"] = new Dictionary<string, string> { [AssociatedName] = keyName },
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(endpoint, "/20180608/decrypt"));
        signer.Sign(request, body);
        var answer = await AskAsync(request, keyName, cancellation);
        byte[]? bytes = null;
        try
        {
            bytes = Plaintext(answer);
            return bytes is { Length: DataKey.Size }
                ? new DataKey(keyName, bytes)
                : throw new KeyReleaseException(KeyRefusal.MalformedAnswer, $"the vault's answer for '{keyName}' holds no {DataKey.Size}-byte key");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            CryptographicOperations.ZeroMemory(answer);
        }
    }

    private async Task<byte[]> AskAsync(HttpRequestMessage request, string keyName, CancellationToken cancellation)
    {
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!response.IsSuccessStatusCode)
                throw new KeyReleaseException(
                    (int)response.StatusCode is >= 400 and < 500 ? KeyRefusal.Denied : KeyRefusal.Unreachable,
                    $"the vault refuses '{keyName}' with status {(int)response.StatusCode}; check its policies, the signing key and this machine's clock");
            await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
            var answer = new byte[LongestAnswer];
            var length = await stream.ReadAtLeastAsync(answer, LongestAnswer, throwOnEndOfStream: false, cancellation);
            if (length == LongestAnswer) throw new KeyReleaseException(KeyRefusal.MalformedAnswer, $"the vault's answer for '{keyName}' is too long");
            Array.Resize(ref answer, length);
            return answer;
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new KeyReleaseException(KeyRefusal.Unreachable, $"the vault did not answer for '{keyName}' ({error.GetType().Name}); check the endpoint and the network");
        }
    }

    private static byte[]? Plaintext(byte[] answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer, new JsonDocumentOptions { MaxDepth = 8 });
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("plaintext", out var text) && text.ValueKind == JsonValueKind.String && text.TryGetBytesFromBase64(out var bytes)
                ? bytes
                : null;
        }
        // The second: a text with half a surrogate pair.
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
