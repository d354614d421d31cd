using System.Text.Json;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Recognition;

namespace Mimir.Trust.Tests.Attestation;

/// <summary>A case of SNP evidence: report, endorsing certificate and chain.</summary>
internal sealed record SnpCase(JsonElement Json, EvidenceFile Report, EvidenceFile Key, EvidenceFile[] Chain)
{
    public DateTimeOffset From => SharedVectors.Instant(Json, "valid_from");

    public DateTimeOffset To => SharedVectors.Instant(Json, "valid_to");

    public DateTimeOffset Within => From.AddDays(100);

    public EvidenceFile[] Endorsements => [Key, .. Chain];

    public static SnpCase Load(string id)
    {
        var json = SharedVectors.Case(id);
        return new SnpCase(
            json, SharedVectors.File(json.GetProperty("report").GetString()!), SharedVectors.File(json.GetProperty("ek").GetString()!),
            [.. json.GetProperty("chain").EnumerateArray().Select(c => SharedVectors.File(c.GetString()!))]);
    }

    public Verdict Verify(DateTimeOffset at, params EvidenceFile[] more) => SharedVectors.Verify(at, Report, [.. Endorsements, .. more]);
}
