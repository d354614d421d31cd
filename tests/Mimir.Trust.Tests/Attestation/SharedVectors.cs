using System.Globalization;
using System.Text.Json;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Recognition;

namespace Mimir.Trust.Tests.Attestation;

/// <summary>Real evidence beside the checkout (shared/vectors/attestation); tests that need it skip when it is absent.</summary>
internal static class SharedVectors
{
    private static readonly string Folder = Find();

    public static EvidenceFile File(string path)
    {
        if (Folder.Length == 0) Assert.Skip("the attestation vectors shared/vectors/attestation are not beside this checkout");
        return new EvidenceFile(Path.GetFileName(path), System.IO.File.ReadAllBytes(Path.Combine(Folder, path)));
    }

    /// <summary>The cases of vectors.json; none where it is absent.</summary>
    public static IReadOnlyList<JsonElement> Cases { get; } = Folder.Length == 0
        ? []
        : [.. JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(Folder, "vectors.json"))).RootElement.GetProperty("cases").EnumerateArray()];

    public static JsonElement Case(string id)
    {
        if (Cases.Count == 0) Assert.Skip("the attestation vectors shared/vectors/attestation are not beside this checkout");
        return Cases.Single(c => c.GetProperty("id").GetString() == id);
    }

    public static DateTimeOffset Instant(JsonElement element, string name) => Instant(element.GetProperty(name).GetString()!);

    public static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public static Verdict Verify(string at, EvidenceFile evidence, params EvidenceFile[] others) => Verify(Instant(at), evidence, others);

    /// <summary>What `mimir attest verify` does with these files.</summary>
    public static Verdict Verify(DateTimeOffset at, EvidenceFile evidence, IReadOnlyCollection<EvidenceFile> others, EvidenceKind? kind = null, string? nonce = null)
    {
        var findings = new Findings();
        var assembled = EvidenceAssembler.TryAssemble(evidence, kind, others, findings);
        if (assembled is null) return Verdict.Of(EvidenceKind.Snp, findings, null);
        ReadOnlyMemory<byte>? expected = nonce is null ? assembled.Nonce : Convert.FromHexString(nonce);
        return EvidenceVerifier.Verify(assembled.Evidence, new VerificationContext { At = at, Nonce = expected });
    }

    /// <summary>Refused, and for no other reason than these.</summary>
    public static void AssertRefused(Verdict verdict, params string[] codes)
    {
        Assert.IsType<RefusedVerdict>(verdict);
        Assert.Equal(codes.Order(StringComparer.Ordinal), verdict.Reasons.Select(r => r.Code).Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>The file with one bit of one byte inverted.</summary>
    public static EvidenceFile Flip(EvidenceFile file, int index, int bit)
    {
        var bytes = file.Bytes.ToArray();
        bytes[index] ^= (byte)(1 << bit);
        return file with { Bytes = bytes };
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "vectors", "attestation");
            if (Directory.Exists(candidate)) return candidate;
        }
        return "";
    }
}
