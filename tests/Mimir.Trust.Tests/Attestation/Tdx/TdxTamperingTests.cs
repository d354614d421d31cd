using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Chains;
using Mimir.Trust.Attestation.Tdx;

namespace Mimir.Trust.Tests.Attestation.Tdx;

/// <summary>Altered quotes and collateral are refused, each for its own reason.</summary>
public sealed class TdxTamperingTests
{
    private const string Whole = "tdx-v4-uptodate", Version5 = "tdx-v5-outofdate-servicetd", Separate = "tdx-v4-debug";

    [Fact]
    public void A_flipped_bit_in_any_byte_of_a_quote_is_refused()
    {
        var vector = VectorFiles.Case(Whole);
        var evidence = TdxVectors.Evidence(vector);
        foreach (var (index, quote) in Flips.Each(evidence.Body.ToArray()))
            Assert.False(TdxVectors.Verify(evidence with { Body = quote }, VectorFiles.At(vector)).IsValid, $"byte {index}");
    }

    [Fact]
    public void A_flipped_bit_in_header_body_and_sizes_of_version_5_is_refused()
    {
        var vector = VectorFiles.Case(Version5);
        var evidence = TdxVectors.Evidence(vector);
        foreach (var (index, quote) in Flips.Each(evidence.Body.ToArray(), length: 0x310))
            Assert.False(TdxVectors.Verify(evidence with { Body = quote }, VectorFiles.At(vector)).IsValid, $"byte {index}");
    }

    [Theory]
    [InlineData("tcb_info")]
    [InlineData("tcb_info_signature")]
    [InlineData("qe_identity")]
    [InlineData("qe_identity_signature")]
    public void A_flipped_bit_in_signed_collateral_is_refused(string field)
    {
        var vector = VectorFiles.Case(Whole);
        var evidence = TdxVectors.Evidence(vector);
        var bundle = JsonNode.Parse(evidence.Parts[0].Bytes.Span)!.AsObject();
        var text = Encoding.ASCII.GetBytes((string)bundle[field]!);
        foreach (var (index, flipped) in Flips.Each(text, step: 5))
        {
            var altered = Encoding.Latin1.GetString(flipped);
            if (field.EndsWith("signature", StringComparison.Ordinal) && altered.Equals((string)bundle[field]!, StringComparison.OrdinalIgnoreCase)) continue;
            var copy = bundle.DeepClone().AsObject();
            copy[field] = altered;
            Assert.False(Verify(vector, [Json(copy)]).IsValid, $"{field}, byte {index}");
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_flipped_bit_in_a_revocation_list_is_refused(int part)
    {
        var vector = VectorFiles.Case(Separate);
        var parts = TdxVectors.Collateral("2023");
        Assert.Equal(EvidencePartKind.RevocationList, parts[part].Kind);
        foreach (var (index, flipped) in Flips.Each(parts[part].Bytes.ToArray(), step: 3))
        {
            EvidencePart[] altered = [.. parts];
            altered[part] = parts[part] with { Bytes = flipped };
            Assert.False(Verify(vector, altered).IsValid, $"byte {index}");
        }
    }

    [Theory]
    [InlineData(0, TdxRefusals.CollateralMissing)]
    [InlineData(1, TdxRefusals.CollateralMissing)]
    [InlineData(2, ChainRefusals.RevocationMissing)]
    [InlineData(3, ChainRefusals.RevocationMissing)]
    [InlineData(4, TdxRefusals.CollateralSignature)]
    public void Each_missing_piece_of_collateral_has_its_reason(int missing, string code)
    {
        var vector = VectorFiles.Case(Separate);
        var parts = TdxVectors.Collateral("2023").ToList();
        parts.RemoveAt(missing);
        Assert.Contains(code, Codes(Verify(vector, parts)));
    }

    [Fact]
    public void The_order_of_files_does_not_matter()
    {
        var vector = VectorFiles.Case(Separate);
        Assert.True(Verify(vector, TdxVectors.Collateral("2023").Reverse()).IsValid);
    }

    [Fact]
    public void Collateral_for_another_platform_or_enclave_is_missing_collateral()
    {
        var vector = VectorFiles.Case(Whole);
        Assert.Contains(TdxRefusals.CollateralMissing, Codes(Verify(vector, TdxVectors.Collateral("tcb_90c06f_2026"))));
        Assert.Contains(TdxRefusals.CollateralMissing, Codes(Verify(vector, TdxVectors.Collateral("sgx_00a067_2025"))));
        Assert.True(Verify(vector, [.. TdxVectors.Collateral("sgx_00a067_2025"), .. TdxVectors.Collateral("tcb_b0c06f_2025")]).Reasons.All(r => r.Code.StartsWith("crl", StringComparison.Ordinal)));
    }

    [Fact]
    public void Of_several_answers_the_newest_counts()
    {
        var vector = VectorFiles.Case("tdx-v4-azure-uptodate");
        var older = new EvidencePart(EvidencePartKind.Collateral, VectorFiles.Read("tdx/tcbinfo_90c06f_2026.json"));
        var newer = TdxVectors.Collateral("tcb_90c06f_2026");
        var late = new DateTimeOffset(2026, 3, 10, 0, 0, 0, TimeSpan.Zero);
        Assert.True(TdxVectors.Verify(TdxVectors.Evidence(vector).With(older), late).IsValid);
        Assert.True(TdxVectors.Verify(TdxVectors.Evidence(vector) with { Parts = [older, .. newer] }, late).IsValid);
    }

    [Fact]
    public void A_chain_of_another_platform_does_not_vouch_for_a_quote()
    {
        var vector = VectorFiles.Case("tdx-v4-azure-uptodate");
        var (mine, other) = (VectorFiles.Read("tdx/tdx-v4-azure-uptodate.quote.bin"), VectorFiles.Read("tdx/tdx-v4-uptodate.quote.bin"));
        var start = mine.AsSpan().IndexOf("-----BEGIN"u8);
        Assert.Equal(start, other.AsSpan().IndexOf("-----BEGIN"u8));
        Assert.Equal(mine.Length, other.Length);
        Assert.Contains(TdxRefusals.QeSignature, Codes(TdxVectors.Verify(vector, [.. mine[..start], .. other[start..]])));
    }

    [Fact]
    public void Another_attestation_key_is_refused_even_if_it_signs_the_quote()
    {
        var vector = VectorFiles.Case(Whole);
        var quote = VectorFiles.Read("tdx/tdx-v4-uptodate.quote.bin");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(false).Q;
        quote[0x208 + 48] ^= 1; // other report data
        key.SignData(quote.AsSpan(0, 0x278), HashAlgorithmName.SHA256).CopyTo(quote, 0x27C);
        point.X!.CopyTo(quote, 0x2BC);
        point.Y!.CopyTo(quote, 0x2DC);
        Assert.Equal([TdxRefusals.QeBinding], Codes(TdxVectors.Verify(vector, quote)));
    }

    [Fact]
    public void A_chain_that_does_not_begin_with_the_platforms_certificate_is_refused()
    {
        var quote = VectorFiles.Read("tdx/tdx-v4-uptodate.quote.bin");
        var start = quote.AsSpan().IndexOf("-----BEGIN"u8);
        var end = start + quote.AsSpan(start).IndexOf((byte)0);
        var blocks = Encoding.ASCII.GetString(quote, start, end - start).Split("-----BEGIN", StringSplitOptions.RemoveEmptyEntries);
        Encoding.ASCII.GetBytes(string.Concat(blocks.Reverse().Select(block => "-----BEGIN" + block))).CopyTo(quote, start);
        Assert.Contains(TdxRefusals.NotPck, Codes(TdxVectors.Verify(VectorFiles.Case(Whole), quote)));
    }

    [Fact]
    public void An_expired_platform_certificate_is_refused()
    {
        var verdict = TdxVectors.Verify(VectorFiles.Case(Whole), at: new DateTimeOffset(2040, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var codes = Codes(verdict);
        Assert.Contains(ChainRefusals.Expired, codes);
        Assert.Contains(ChainRefusals.RevocationOutdated, codes);
        Assert.Contains(TdxRefusals.CollateralOutdated, codes);
        Assert.Null(verdict.Read!.TcbStatus);
    }

    [Fact]
    public void Zeros_after_a_quote_are_ignored_and_anything_else_is_refused()
    {
        var vector = VectorFiles.Case(Whole);
        var quote = VectorFiles.Read("tdx/tdx-v4-uptodate.quote.bin");
        Assert.True(TdxVectors.Verify(vector, [.. quote, .. new byte[100]]).IsValid);
        Assert.Equal([TdxRefusals.TrailingBytes], Codes(TdxVectors.Verify(vector, [.. quote, 1])));
        Assert.Equal([TdxRefusals.Size], Codes(TdxVectors.Verify(vector, [.. quote, .. new byte[TdxQuote.LongestQuote]])));
    }

    [Theory]
    [InlineData(0, 3, TdxRefusals.Sgx)]
    [InlineData(0, 6, TdxRefusals.Version)]
    [InlineData(0, 1, TdxRefusals.Version)]
    [InlineData(2, 3, TdxRefusals.KeyType)]
    [InlineData(4, 0, TdxRefusals.Sgx)]
    [InlineData(4, 0x82, TdxRefusals.TeeType)]
    [InlineData(12, 0, TdxRefusals.Vendor)]
    [InlineData(0x2FC, 5, TdxRefusals.CertificationType)]
    [InlineData(0x4E4, 6, TdxRefusals.CertificationType)]
    [InlineData(0x278, 0xFF, TdxRefusals.Size)]
    [InlineData(0x2FE, 0xFF, TdxRefusals.Size)]
    [InlineData(0x4E6, 0x0E, TdxRefusals.Size)]
    [InlineData(0x600, (byte)'*', TdxRefusals.Chain)]
    public void Each_alien_field_has_its_reason(int offset, byte value, string code)
    {
        var quote = VectorFiles.Read("tdx/tdx-v4-uptodate.quote.bin");
        quote[offset] = value;
        Assert.Equal([code], Codes(TdxVectors.Verify(VectorFiles.Case(Whole), quote)));
    }

    [Theory]
    [InlineData(48, 1, TdxRefusals.Sgx)]
    [InlineData(48, 4, TdxRefusals.BodyType)]
    [InlineData(48, 2, TdxRefusals.Size)]
    [InlineData(50, 0, TdxRefusals.Size)]
    public void Each_alien_body_of_version_5_has_its_reason(int offset, byte value, string code)
    {
        var quote = VectorFiles.Read("tdx/tdx-v5-outofdate-servicetd.quote.bin");
        quote[offset] = value;
        Assert.Equal([code], Codes(TdxVectors.Verify(VectorFiles.Case(Version5), quote)));
    }

    [Fact]
    public void The_report_data_is_the_binding()
    {
        var vector = VectorFiles.Case(Whole);
        var evidence = TdxVectors.Evidence(vector);
        var data = Convert.FromHexString(vector.GetProperty("fields").GetProperty("report_data").GetString()!);
        var context = new VerificationContext { At = VectorFiles.At(vector) };
        Assert.True(EvidenceVerifier.Verify(evidence, context with { Nonce = data }).IsValid);
        data[0] ^= 1;
        Assert.Equal([BindingCheck.Nonce], Codes(EvidenceVerifier.Verify(evidence, context with { Nonce = data })));
        var binding = EvidenceBinding.Of(data, [1], [2], [3]);
        Assert.Equal([BindingCheck.Registration], Codes(EvidenceVerifier.Verify(evidence, context with { Binding = binding })));
    }

    private static Verdict Verify(System.Text.Json.JsonElement vector, IEnumerable<EvidencePart> collateral) =>
        TdxVectors.Verify(TdxVectors.Evidence(vector) with { Parts = [.. collateral] }, VectorFiles.At(vector));

    private static EvidencePart Json(JsonObject bundle) => new(EvidencePartKind.Collateral, Encoding.UTF8.GetBytes(bundle.ToJsonString()));

    private static string[] Codes(Verdict verdict) => [.. verdict.Reasons.Select(r => r.Code)];
}
