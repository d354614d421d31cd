using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Mimir.Vaults.Tests.Aws;

/// <summary>
/// Speaks KMS's JSON protocol for Decrypt with a recipient. Its "attestation document" is a signature (P-384, 96 bytes) of the one vendor that it trusts, and the
/// public key that is signed.
/// </summary>
internal sealed class KmsOnLoopback : IDisposable
{
    private readonly ECDsa _vendor = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    private readonly Loopback _server;

    public KmsOnLoopback() => _server = new Loopback(Answer);

    public Uri Address => _server.Address;

    public byte[] DataKey { get; } = RandomNumberGenerator.GetBytes(32);

    public byte[] Ciphertext { get; } = RandomNumberGenerator.GetBytes(180);

    public string KeyName { get; init; } = "weights";

    public List<string> Faults { get; } = [];

    /// <summary>What the service does wrong.</summary>
    public Func<RSA, byte[], object>? Misbehaviour { get; init; }

    public Task<byte[]> AttestAsync(ReadOnlyMemory<byte> spki, ReadOnlyMemory<byte> nonce, CancellationToken cancellation) =>
        Task.FromResult<byte[]>([.. _vendor.SignData(spki.Span, HashAlgorithmName.SHA384), .. spki.Span]);

    public void Dispose()
    {
        _server.Dispose();
        _vendor.Dispose();
    }

    private (int Status, byte[] Body) Answer(HttpListenerRequest request, byte[] body)
    {
        Expect(request.HttpMethod == "POST" && request.Headers["X-Amz-Target"] == "TrentService.Decrypt", "target");
        Expect(request.Headers["Authorization"] is { } signed && signed.StartsWith("AWS4-HMAC-SHA256 Credential=AKIDTEST/", StringComparison.Ordinal)
            && signed.Contains("/eu-central-1/kms/aws4_request", StringComparison.Ordinal) && signed.Contains("x-amz-target", StringComparison.Ordinal)
            && signed.Contains("Signature=", StringComparison.Ordinal), "signature version 4");
        using var json = JsonDocument.Parse(body);
        var recipient = json.RootElement.GetProperty("Recipient");
        Expect(recipient.GetProperty("KeyEncryptionAlgorithm").GetString() == "RSAES_OAEP_SHA_256", "key encryption algorithm");
        var document = recipient.GetProperty("AttestationDocument").GetBytesFromBase64();
        if (!json.RootElement.GetProperty("CiphertextBlob").GetBytesFromBase64().AsSpan().SequenceEqual(Ciphertext)
            || json.RootElement.GetProperty("EncryptionContext").GetProperty("mimir-key").GetString() != KeyName)
            return Error("InvalidCiphertextException");
        if (document.Length < 97 || !_vendor.VerifyData(document.AsSpan(96), document.AsSpan(0, 96), HashAlgorithmName.SHA384)) return Error("AccessDeniedException");
        using var attested = RSA.Create();
        attested.ImportSubjectPublicKeyInfo(document.AsSpan(96), out _);
        var answer = Misbehaviour?.Invoke(attested, DataKey) ?? new { CiphertextForRecipient = new EnvelopeWriter().Seal(attested, DataKey), KeyId = "arn:aws:kms:eu-central-1:1:key/1", EncryptionAlgorithm = "SYMMETRIC_DEFAULT" };
        return (200, JsonSerializer.SerializeToUtf8Bytes(answer));
    }

    private static (int, byte[]) Error(string type) => (400, Encoding.UTF8.GetBytes($$"""{"__type":"{{type}}","message":"free text \u001b[2J of the service"}"""));

    private void Expect(bool holds, string what)
    {
        if (!holds) Faults.Add(what);
    }
}
