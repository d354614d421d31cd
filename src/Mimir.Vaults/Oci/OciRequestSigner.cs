using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Mimir.Vaults.Oci;

/// <summary>
/// Signs requests to Oracle Cloud Infrastructure: RSA-SHA256 (PKCS #1 v1.5) over date, (request-target), host, content-length, content-type and
/// x-content-sha256, as the header <c>Authorization: Signature version="1"</c>.
/// </summary>
/// <param name="keyId">tenancy OCID / user OCID / key fingerprint.</param>
/// <param name="key">The API signing key; not disposed here.</param>
/// <param name="clock">Time of the <c>date</c> header.</param>
/// <remarks>Source: Oracle, "Request Signatures" (version 1); draft-cavage-http-signatures-08.</remarks>
public sealed class OciRequestSigner(string keyId, RSA key, TimeProvider clock)
{
    private const string Signed = "date (request-target) host content-length content-type x-content-sha256";

    /// <summary>Adds the headers of a POST request with a JSON body.</summary>
    /// <exception cref="ArgumentException">The key id has characters that do not belong into a header.</exception>
    public void Sign(HttpRequestMessage request, byte[] body)
    {
        if (keyId.AsSpan().ContainsAnyExceptInRange('!', '~') || keyId.Contains('"')) throw new ArgumentException("An OCI key id is tenancy/user/fingerprint.", nameof(request));
        var target = request.RequestUri!;
        var date = clock.GetUtcNow().UtcDateTime.ToString("r", CultureInfo.InvariantCulture);
        var digest = Convert.ToBase64String(SHA256.HashData(body));
        var text = $"date: {date}\n(request-target): post {target.PathAndQuery}\nhost: {target.Authority}\n"
            + string.Create(CultureInfo.InvariantCulture, $"content-length: {body.Length}\ncontent-type: application/json\nx-content-sha256: {digest}");
        var signature = Convert.ToBase64String(key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        request.Headers.TryAddWithoutValidation("date", date);
        request.Headers.Host = target.Authority;
        request.Headers.TryAddWithoutValidation("Authorization", $"Signature version=\"1\",keyId=\"{keyId}\",algorithm=\"rsa-sha256\",headers=\"{Signed}\",signature=\"{signature}\"");
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Content.Headers.ContentLength = body.Length;
        request.Content.Headers.TryAddWithoutValidation("x-content-sha256", digest);
    }
}
