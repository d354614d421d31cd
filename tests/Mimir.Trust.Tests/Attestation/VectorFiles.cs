using System.Security.Cryptography;
using System.Text.Json;
using Mimir.Trust.Attestation;

namespace Mimir.Trust.Tests.Attestation;

/// <summary>Files and cases of <see cref="SharedVectors"/> as bytes and parts of evidence.</summary>
internal static class VectorFiles
{
    /// <summary>The bytes of one file; skips the test where the data is absent.</summary>
    public static byte[] Read(string path) => SharedVectors.File(path).Bytes.ToArray();

    /// <summary>The case with this id.</summary>
    public static JsonElement Case(string id) => SharedVectors.Case(id);

    /// <summary>The instant at which the case's answer holds.</summary>
    public static DateTimeOffset At(JsonElement vector) => vector.GetProperty("verify_at").GetDateTimeOffset();

    /// <summary>The certificates in PEM text.</summary>
    public static IEnumerable<EvidencePart> Certificates(byte[] pem)
    {
        var text = System.Text.Encoding.ASCII.GetString(pem);
        while (PemEncoding.TryFind(text, out var fields))
        {
            yield return new EvidencePart(EvidencePartKind.Certificate, Convert.FromBase64String(text[fields.Base64Data]));
            text = text[fields.Location.End..];
        }
    }
}
