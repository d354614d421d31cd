using System.Text.Json;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Chains;
using Mimir.Trust.Attestation.Tdx;

namespace Mimir.Trust.Tests.Attestation.Tdx;

/// <summary>Every TDX case of vectors.json gives its expected answer at its instant.</summary>
public sealed class TdxVectorTests
{
    [Theory]
    [InlineData("tdx-v4-uptodate")]
    [InlineData("tdx-v5-outofdate-servicetd")]
    [InlineData("tdx-v4-azure-uptodate")]
    [InlineData("tdx-v4-debug")]
    public void Genuine_and_covered_quotes_are_valid(string id)
    {
        var vector = VectorFiles.Case(id);
        var verdict = TdxVectors.Verify(vector);
        Assert.Empty(verdict.Reasons);
        Assert.True(verdict.IsValid);
        AssertClaims(vector, Assert.IsType<TdxClaims>(verdict.Read));
    }

    [Theory]
    [InlineData("tdx-v5-unsupported")]
    [InlineData("tdx-v5-servicetd")]
    public void A_platform_that_no_level_covers_is_refused(string id)
    {
        var vector = VectorFiles.Case(id);
        var verdict = TdxVectors.Verify(vector);
        Assert.Equal([TdxRefusals.TcbUnsupported], verdict.Reasons.Select(r => r.Code));
        AssertClaims(vector, Assert.IsType<TdxClaims>(verdict.Read));
    }

    [Fact]
    public void Without_collateral_a_genuine_quote_is_refused_for_that_alone()
    {
        var vector = VectorFiles.Case("tdx-v4-cos-eventlog");
        var verdict = TdxVectors.Verify(vector, at: new DateTimeOffset(2024, 8, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal(
            [ChainRefusals.RevocationMissing, ChainRefusals.RevocationMissing, TdxRefusals.CollateralMissing, TdxRefusals.CollateralMissing],
            verdict.Reasons.Select(r => r.Code));
        AssertClaims(vector, Assert.IsType<TdxClaims>(verdict.Read));
    }

    [Fact]
    public void An_sgx_quote_has_its_own_refusal()
    {
        var verdict = TdxVectors.Verify(VectorFiles.Case("sgx-v3-confsw"));
        Assert.Equal([TdxRefusals.Sgx], verdict.Reasons.Select(r => r.Code));
    }

    [Theory]
    [InlineData("tdx-v4-uptodate")]
    [InlineData("tdx-v5-outofdate-servicetd")]
    [InlineData("tdx-v4-debug")]
    public void Exactly_the_stated_window_is_valid(string id)
    {
        var vector = VectorFiles.Case(id);
        var window = vector.GetProperty("window");
        var (first, last) = (window[0].GetDateTimeOffset(), window[1].GetDateTimeOffset());
        Assert.True(TdxVectors.Verify(vector, at: first).IsValid);
        Assert.True(TdxVectors.Verify(vector, at: last).IsValid);
        Assert.All(TdxVectors.Verify(vector, at: first.AddSeconds(-1)).Reasons, r => Assert.Contains("not-yet-valid", r.Code, StringComparison.Ordinal));
        Assert.All(TdxVectors.Verify(vector, at: last.AddSeconds(1)).Reasons, r => Assert.Contains("outdated", r.Code, StringComparison.Ordinal));
        Assert.False(TdxVectors.Verify(vector, at: first.AddSeconds(-1)).IsValid);
        Assert.False(TdxVectors.Verify(vector, at: last.AddSeconds(1)).IsValid);
    }

    private static void AssertClaims(JsonElement vector, TdxClaims claims)
    {
        foreach (var field in vector.GetProperty("fields").EnumerateObject())
        {
            var name = field.Name;
            if (name is "pks" or "perfmon") continue;
            var expected = field.Value.ValueKind == JsonValueKind.Number ? field.Value.GetInt32() == 1 : (object)field.Value.GetString()!;
            Assert.Equal(expected, claims.Fields[name]);
        }

        var pck = vector.GetProperty("pck");
        Assert.Equal(pck.GetProperty("fmspc").GetString(), claims.Fields["pck.fmspc"]);
        Assert.Equal(pck.GetProperty("pceid").GetString(), claims.Fields["pck.pceid"]);
        Assert.Equal(pck.GetProperty("pcesvn").GetUInt64(), claims.Fields["pck.pcesvn"]);
        Assert.Equal(pck.GetProperty("comps").EnumerateArray().Select(c => c.GetByte()), claims.Platform!.Components);
        Assert.Equal(pck.GetProperty("platform_instance").GetString(), claims.Fields["pck.platform_instance"]);
        Assert.Equal(vector.TryGetProperty("tcb_status", out var status) ? status.GetString() : null, claims.TcbStatus);
        if (!vector.TryGetProperty("platform", out var platform)) return;
        Assert.Equal(platform.ValueKind == JsonValueKind.Null ? null : platform[0].GetString(), claims.Tcb!.Platform?.Status.ToString());
        if (platform.ValueKind != JsonValueKind.Null)
            Assert.Equal(platform[1].EnumerateArray().Select(a => a.GetString()), claims.Tcb.Platform!.Advisories);
        var module = vector.GetProperty("module");
        Assert.Equal(module.ValueKind == JsonValueKind.Null ? null : module[1].GetString(), claims.Tcb.Module?.Status.ToString());
        Assert.Equal(vector.GetProperty("qe").GetProperty("status").GetString(), claims.Tcb.QuotingEnclave!.Status.ToString());
    }
}
