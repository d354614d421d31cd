using System.Security.Cryptography;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using Mimir.Trust.Audit;
using Mimir.Trust.KeyRelease;

namespace Mimir.Vaults.Aws;

/// <summary>
/// Keys that AWS KMS decrypts for an attested Nitro enclave: the request carries the enclave's attestation document with a fresh RSA-2048 key, KMS
/// checks the document against the key's policy (<c>kms:RecipientAttestation:*</c>), and its answer opens with that RSA key only.
/// </summary>
/// <param name="client">With the region and credentials of the enclave's parent; not disposed here.</param>
/// <param name="wrapped">The KMS ciphertext of a data key by its name; null: there is none.</param>
/// <param name="attester">Makes the attestation document with the given public key (<c>/dev/nsm</c>).</param>
public sealed class AwsKmsKeyRelease(IAmazonKeyManagementService client, Func<string, byte[]?> wrapped, KeyAttester attester) : IKeyRelease
{
    /// <summary>The encryption context under which the data key must have been encrypted: this, with the key's name as value.</summary>
    public const string ContextName = "mimir-key";

    /// <inheritdoc/>
    public async Task<DataKey> ReleaseAsync(string keyName, CancellationToken cancellation)
    {
        var ciphertext = wrapped(keyName) ?? throw new KeyReleaseException(KeyRefusal.UnknownKey, $"there is no KMS ciphertext of '{keyName}'");
        using var attested = RSA.Create(2048);
        var document = await attester(attested.ExportSubjectPublicKeyInfo(), ReadOnlyMemory<byte>.Empty, cancellation);
        var answer = await AskAsync(keyName, ciphertext, document, cancellation);
        if (answer.CiphertextForRecipient is not { Length: > 0 } envelope)
            throw new KeyReleaseException(KeyRefusal.MalformedAnswer, $"KMS did not encrypt '{keyName}' to the attested key; its answer is not used");
        var content = CmsEnvelope.Open(attested, envelope.ToArray());
        try
        {
            return content is { Length: DataKey.Size }
                ? new DataKey(keyName, content)
                : throw new KeyReleaseException(KeyRefusal.NotForThisKey, $"the answer of KMS for '{keyName}' does not open with the attested key, or is no {DataKey.Size}-byte key");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private async Task<DecryptResponse> AskAsync(string keyName, byte[] ciphertext, byte[] document, CancellationToken cancellation)
    {
        var request = new DecryptRequest
        {
            CiphertextBlob = new MemoryStream(ciphertext),
            EncryptionContext = new Dictionary<string, string> { [ContextName] = keyName },
            Recipient = new RecipientInfo { AttestationDocument = new MemoryStream(document), KeyEncryptionAlgorithm = KeyEncryptionMechanism.RSAES_OAEP_SHA_256 },
        };
        try
        {
            return await client.DecryptAsync(request, cancellation);
        }
        catch (AmazonServiceException error) when (error.StatusCode is >= System.Net.HttpStatusCode.BadRequest and < System.Net.HttpStatusCode.InternalServerError)
        {
            var code = error.ErrorCode is { Length: <= 64 } word && AuditText.IsValid(word) ? word : "no code";
            throw new KeyReleaseException(KeyRefusal.Denied, $"KMS refuses '{keyName}' ({code}); check the key's policy, its attestation conditions and the encryption context");
        }
        catch (Exception error) when (error is AmazonClientException or AmazonServiceException or HttpRequestException or IOException)
        {
            throw new KeyReleaseException(KeyRefusal.Unreachable, $"KMS did not answer for '{keyName}' ({error.GetType().Name}); check the network and the region");
        }
    }
}
