using System.Security.Cryptography;
using System.Text.Json;
using Mimir.Trust.Attestation;

namespace Mimir.Trust.Tests.Attestation;

/// <summary>The real evidence beside the checkout: shared/vectors/attestation, with its vectors.json of expected answers.</summary>
public static class VectorFiles
{
    /// <summary>The bytes of one file; skips the test where the data is absent.</summary>
    public static byte[] Read(string path) => File.ReadAllBytes(Path.Combine(Folder(), path));

    /// <summary>The case with this id.</summary>
    public static JsonElement Case(string id) => Cases().Single(c => c.GetProperty("id").GetString() == id);

    /// <summary>All cases of one kind.</summary>
    public static IReadOnlyList<JsonElement> Cases(string kind) => [.. Cases().Where(c => c.GetProperty("kind").GetString() == kind)];

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

    private static JsonElement[] Cases() =>
        [.. JsonDocument.Parse(Read("vectors.json")).RootElement.GetProperty("cases").EnumerateArray()];

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "vectors", "attestation");
            if (Directory.Exists(path)) return path;
        }

        Assert.Skip("shared/vectors/attestation is not beside the checkout");
        return "";
    }
}
