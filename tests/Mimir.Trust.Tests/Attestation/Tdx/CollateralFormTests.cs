using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Tdx;

namespace Mimir.Trust.Tests.Attestation.Tdx;

/// <summary>The forms in which Intel's collateral is passed around, and what is no such form.</summary>
public sealed class CollateralFormTests
{
    private const string Id = "tdx-v4-uptodate";

    [Fact]
    public void Objects_may_stand_as_objects()
    {
        var bundle = Bundle();
        var text = bundle.ToJsonString();
        foreach (var field in (string[])["tcb_info", "qe_identity"])
            text = text.Replace(bundle[field]!.ToJsonString(), (string)bundle[field]!, StringComparison.Ordinal);
        Assert.True(Verify(text).IsValid);
        Assert.Equal([TdxRefusals.CollateralSignature], Codes(Verify(text.Replace("\"version\":3", "\"version\": 3", StringComparison.Ordinal))));
    }

    [Fact]
    public void Objects_may_stand_as_the_text_of_the_whole_answer()
    {
        var bundle = Bundle();
        bundle["tcb_info"] = $$"""{"tcbInfo":{{(string)bundle["tcb_info"]!}},"signature":"{{(string)bundle["tcb_info_signature"]!}}"}""";
        bundle["qe_identity"] = $$"""{"enclaveIdentity":{{(string)bundle["qe_identity"]!}},"signature":"{{(string)bundle["qe_identity_signature"]!}}"}""";
        bundle.Remove("tcb_info_signature");
        bundle.Remove("qe_identity_signature");
        Assert.True(Verify(bundle.ToJsonString()).IsValid);
    }

    [Fact]
    public void Names_may_be_in_camel_case_and_lists_in_base64_or_pem()
    {
        var bundle = Bundle();
        var list = Convert.FromHexString((string)bundle["pck_crl"]!);
        bundle["pck_crl"] = PemEncoding.WriteString("X509 CRL", list);
        bundle["root_ca_crl"] = Convert.ToBase64String(Convert.FromHexString((string)bundle["root_ca_crl"]!));
        var camel = new JsonObject();
        foreach (var (key, value) in bundle)
            camel[string.Concat(key.Split('_').Select((word, i) => i == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]))] = value!.DeepClone();
        Assert.True(camel.ContainsKey("tcbInfoIssuerChain"));
        camel["somethingNewer"] = 5;
        Assert.True(Verify(camel.ToJsonString()).IsValid);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"other":1}""")]
    [InlineData("""{"tcb_info":5}""")]
    [InlineData("""{"tcb_info":"{}"}""")]
    [InlineData("""{"tcb_info":"{\"tcbInfo\":\"{\\\"tcbInfo\\\":\\\"x\\\"}\"}"}""")]
    [InlineData("""{"tcbInfo":{"id":"TDX"}}""")]
    [InlineData("""{"tcbInfo":{"id":"TDX"},"signature":"00"}""")]
    [InlineData("""{"pck_crl":"zz"}""")]
    [InlineData("""{"pck_crl":"\ud800"}""")]
    [InlineData("""{"\ud800":"x"}""")]
    [InlineData("""{"tcb_info":"x","tcbInfo":"y"}""")]
    [InlineData("""{"pck_crl_issuer_chain":"no pem"}""")]
    [InlineData("""{"root_ca_crl":"00","root_ca_crl":"00"}""")]
    public void Whatever_else_is_refused_as_malformed(string json)
    {
        var collateral = new TdxCollateral();
        Assert.Equal(TdxRefusals.CollateralMalformed, Assert.Throws<RefusedException>(() => collateral.Add(Encoding.UTF8.GetBytes(json))).Code);
    }

    [Fact]
    public void A_second_file_does_not_hide_a_malformed_one()
    {
        var vector = VectorFiles.Case(Id);
        var evidence = TdxVectors.Evidence(vector).With(new EvidencePart(EvidencePartKind.Collateral, "{}"u8.ToArray()));
        Assert.Equal([TdxRefusals.CollateralMalformed], Codes(TdxVectors.Verify(evidence, VectorFiles.At(vector))));
    }

    private static JsonObject Bundle() => JsonNode.Parse(TdxVectors.Collateral("tcb_b0c06f_2025")[0].Bytes.Span)!.AsObject();

    private static Verdict Verify(string json)
    {
        var vector = VectorFiles.Case(Id);
        var part = new EvidencePart(EvidencePartKind.Collateral, Encoding.UTF8.GetBytes(json));
        return TdxVectors.Verify(TdxVectors.Evidence(vector) with { Parts = [part] }, VectorFiles.At(vector));
    }

    private static string[] Codes(Verdict verdict) => [.. verdict.Reasons.Select(r => r.Code)];
}
