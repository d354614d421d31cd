using System.Security.Cryptography;
using Amazon.KeyManagementService;
using Amazon.Runtime;
using Mimir.Trust.KeyRelease;
using Mimir.Vaults.Aws;

namespace Mimir.Vaults.Tests.Aws;

/// <summary>The real AWS SDK against a loopback endpoint.</summary>
public sealed class AwsKmsKeyReleaseTests
{
    [Fact]
    public async Task The_key_comes_encrypted_to_the_attested_key_only()
    {
        using var kms = new KmsOnLoopback();
        using var key = await ReleaseAsync(kms, kms.Ciphertext, kms.AttestAsync);
        Assert.True(key.Bytes.SequenceEqual(kms.DataKey));
        Assert.Empty(kms.Faults);
    }

    [Fact]
    public async Task Without_a_true_document_KMS_refuses_and_its_text_is_not_repeated()
    {
        using var kms = new KmsOnLoopback();
        var error = await Assert.ThrowsAsync<KeyReleaseException>(() => ReleaseAsync(kms, kms.Ciphertext, (spki, _, _) => Task.FromResult<byte[]>([.. new byte[96], .. spki.Span])));
        Assert.Equal(KeyRefusal.Denied, error.Refusal);
        Assert.Contains("AccessDenied", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("free text", error.Message, StringComparison.Ordinal);
        Assert.Equal(KeyRefusal.Denied, (await Assert.ThrowsAsync<KeyReleaseException>(() => ReleaseAsync(kms, new byte[20], kms.AttestAsync))).Refusal);
    }

    [Fact]
    public async Task A_key_of_another_name_is_refused_by_the_encryption_context()
    {
        using var kms = new KmsOnLoopback { KeyName = "other" };
        Assert.Equal(KeyRefusal.Denied, (await Assert.ThrowsAsync<KeyReleaseException>(() => ReleaseAsync(kms, kms.Ciphertext, kms.AttestAsync))).Refusal);
    }

    [Fact]
    public async Task Answers_in_plaintext_for_another_key_or_of_another_length_are_not_used()
    {
        using var other = RSA.Create(2048);
        (Func<RSA, byte[], object> Answer, KeyRefusal Refusal)[] wrong =
        [
            ((_, key) => new { Plaintext = key }, KeyRefusal.MalformedAnswer),
            ((_, key) => new { CiphertextForRecipient = new EnvelopeWriter().Seal(other, key) }, KeyRefusal.NotForThisKey),
            ((attested, key) => new { CiphertextForRecipient = new EnvelopeWriter().Seal(attested, key[..31]) }, KeyRefusal.NotForThisKey),
            ((_, key) => new { CiphertextForRecipient = new byte[100] }, KeyRefusal.NotForThisKey),
        ];
        foreach (var (answer, refusal) in wrong)
        {
            using var kms = new KmsOnLoopback { Misbehaviour = answer };
            Assert.Equal(refusal, (await Assert.ThrowsAsync<KeyReleaseException>(() => ReleaseAsync(kms, kms.Ciphertext, kms.AttestAsync))).Refusal);
        }
    }

    [Fact]
    public async Task A_service_that_is_gone_is_unreachable_and_a_key_without_ciphertext_unknown()
    {
        var kms = new KmsOnLoopback();
        kms.Dispose();
        Assert.Equal(KeyRefusal.Unreachable, (await Assert.ThrowsAsync<KeyReleaseException>(() => ReleaseAsync(kms, kms.Ciphertext, (_, _, _) => Task.FromResult(new byte[1])))).Refusal);
        using var client = Client(kms.Address);
        var release = new AwsKmsKeyRelease(client, _ => null, kms.AttestAsync);
        Assert.Equal(KeyRefusal.UnknownKey, (await Assert.ThrowsAsync<KeyReleaseException>(() => release.ReleaseAsync("weights", default))).Refusal);
    }

    private static async Task<DataKey> ReleaseAsync(KmsOnLoopback kms, byte[] ciphertext, KeyAttester attester)
    {
        using var client = Client(kms.Address);
        return await new AwsKmsKeyRelease(client, _ => ciphertext, attester).ReleaseAsync("weights", TestContext.Current.CancellationToken);
    }

    private static AmazonKeyManagementServiceClient Client(Uri address) => new(
        new BasicAWSCredentials("AKIDTEST", "secret"),
        new AmazonKeyManagementServiceConfig { ServiceURL = address.ToString(), AuthenticationRegion = "eu-central-1", MaxErrorRetry = 0 });
}
