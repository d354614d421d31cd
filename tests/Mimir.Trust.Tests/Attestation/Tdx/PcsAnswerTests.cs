using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Chains;
using Mimir.Trust.Attestation.Recognition;
using Mimir.Trust.Attestation.Tdx;

namespace Mimir.Trust.Tests.Attestation.Tdx;

/// <summary>Collateral as Intel's service answers it: chains in header fields, percent-encoded, lists in DER, PEM or hexadecimal, JSON with a byte order mark.</summary>
public sealed class PcsAnswerTests
{
    private const string Id = "tdx-v4-debug";

    private static byte[] Info => VectorFiles.Read("tdx/tcbinfo_50806f_2023.json");

    private static byte[] Identity => VectorFiles.Read("tdx/qeidentity_td_2023.json");

    private static byte[] PckList => VectorFiles.Read("tdx/pckcrl_platform_2023.der");

    private static byte[] RootList => VectorFiles.Read("tdx/rootcrl_2023.der");

    private static string Signers => Encoding.ASCII.GetString(VectorFiles.Read("tdx/tcb_issuer_chain_2018.pem"));

    private static string PckIssuers => Encoding.ASCII.GetString(VectorFiles.Read("tdx/pckcrl_issuer_chain.pem"));

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    public void Saved_answers_are_read_as_a_whole(string line)
    {
        var answers = (EvidenceFile[])
        [
            Answer("tcb", "TCB-Info-Issuer-Chain", Signers, Info, line),
            Answer("qe", "SGX-Enclave-Identity-Issuer-Chain", Signers, Identity, line),
            Answer("pckcrl", "SGX-PCK-CRL-Issuer-Chain", PckIssuers, PckList, line),
            File("rootcrl", Convert.ToHexStringLower(RootList) + line),
        ];
        Assert.True(Verify(answers).IsValid);
        // The signer's certificate came in the heads alone.
        Assert.Contains(TdxRefusals.CollateralSignature, Codes(Verify([File("tcb", Info), File("qe", Identity), .. answers[2..]])));
    }

    [Fact]
    public void Heads_and_bodies_may_be_saved_apart()
    {
        var head = $"HTTP/1.1 200 OK\r\nDate: x\r\nTCB-Info-Issuer-Chain: {Uri.EscapeDataString(Signers)}\r\nRequest-ID: 7\r\n\r\n";
        var crlHead = $"SGX-PCK-CRL-Issuer-Chain: {Uri.EscapeDataString(PckIssuers)}\n";
        EvidenceFile[] rest = [File("tcb.json", Info), File("qe.json", Identity), File("pck.crl", Pem(PckList)), File("root.crl", Pem(RootList))];
        Assert.True(Verify([File("head", head), File("crlhead", crlHead), .. rest]).IsValid);
        Assert.True(Verify([File("value", Uri.EscapeDataString(Signers)), File("proxied", "HTTP/1.1 200 Connection established\r\n\r\n" + head), .. rest]).IsValid);
        Assert.True(Verify([File("lower", Uri.EscapeDataString(Signers).Replace("%0A", "%0a", StringComparison.Ordinal)), .. rest]).IsValid);
    }

    [Fact]
    public void A_byte_order_mark_and_zeros_at_the_end_are_no_part_of_json()
    {
        byte[] Marked(byte[] json) => [0xEF, 0xBB, 0xBF, .. json, 0, 0];
        Assert.True(Verify([File("a", Marked(Info)), File("b", Marked(Identity)), File("c", PckList), File("d", RootList), File("e", Signers), File("f", PckIssuers + "\0")]).IsValid);
    }

    [Fact]
    public void A_bundle_may_name_the_header_fields_and_hold_them_as_they_were()
    {
        var bundle = new JsonObject
        {
            ["TCB-Info-Issuer-Chain"] = Uri.EscapeDataString(Signers),
            ["SGX-Enclave-Identity-Issuer-Chain"] = Uri.EscapeDataString(Signers) + "\0",
            ["SGX-PCK-CRL-Issuer-Chain"] = Uri.EscapeDataString(PckIssuers),
            ["pck_crl"] = Pem(PckList),
            ["root_ca_crl"] = Convert.ToBase64String(RootList),
            ["tcb_info"] = Encoding.UTF8.GetString(Info) + "\0",
            ["qe_identity"] = Encoding.UTF8.GetString(Identity),
        };
        Assert.True(Verify([File("bundle", bundle.ToJsonString())]).IsValid);
        bundle["TCB-Info-Issuer-Chain"] = "-----BEGIN%20CERTIFICATE-----%0AMIIC";
        Assert.Equal([TdxRefusals.CollateralMalformed], Codes(Verify([File("bundle", bundle.ToJsonString())])).Distinct().Where(c => c == TdxRefusals.CollateralMalformed));
    }

    [Fact]
    public void Damaged_answers_are_refused_and_not_ignored()
    {
        EvidenceFile[] rest = [File("qe", Identity), File("pckcrl", PckList), File("rootcrl", RootList), File("chain", Signers), File("issuers", PckIssuers)];
        var whole = Answer("tcb", "TCB-Info-Issuer-Chain", Signers, Info, "\r\n").Bytes.ToArray();
        Assert.True(Verify([File("tcb", whole), .. rest]).IsValid);
        foreach (var cut in (byte[][])
            [
                [.. whole.AsSpan(0, whole.AsSpan().IndexOf("\r\n\r\n"u8))], // a head without end, without body
                [.. whole.AsSpan(0, 200)],
                [.. whole, (byte)'x'],
                [.. "HTTP/1.1 404 Not Found\r\n\r\n"u8],
                [.. "HTTP/1.1 500 x\r\n\r\n<html>no</html>"u8],
                Encoding.ASCII.GetBytes(Uri.EscapeDataString(Signers)[..^20]),
            ])
            Assert.NotEmpty(Codes(Verify([File("tcb", Info), File("damaged", cut), .. rest])));
    }

    /// <summary>No single inverted bit of the encoded chain brings another certificate in: what is read is what is verified.</summary>
    [Fact]
    public void A_flipped_bit_in_an_encoded_chain_never_changes_what_is_read()
    {
        var encoded = Encoding.ASCII.GetBytes(Uri.EscapeDataString(Signers));
        var expected = EvidenceAssembler.Parts(encoded)!.Select(p => Convert.ToHexString(p.Bytes.Span)).ToArray();
        foreach (var (index, flipped) in Flips.Each(encoded, step: 3))
        {
            var read = EvidenceAssembler.Parts(flipped);
            if (read is null) continue;
            var same = read.Select(p => Convert.ToHexString(p.Bytes.Span)).SequenceEqual(expected);
            var refused = !same && !Verify([File("chain", flipped), File("tcb", Info), File("qe", Identity), File("c", PckList), File("d", RootList), File("i", PckIssuers)]).IsValid;
            Assert.True(same || refused, $"byte {index}");
        }
    }

    /// <summary>A version 4 quote has a body of TDX 1.0, whatever the module is.</summary>
    [Fact]
    public void A_body_of_TDX_1_5_in_a_quote_of_version_4_is_refused()
    {
        var quote = VectorFiles.Read("tdx/tdx-v4-uptodate.quote.bin");
        byte[] longer = [.. quote.AsSpan(0, 48 + TdReport.Length10), .. new byte[TdReport.Length15 - TdReport.Length10], .. quote.AsSpan(48 + TdReport.Length10)];
        Assert.False(TdxVectors.Verify(VectorFiles.Case("tdx-v4-uptodate"), longer).IsValid);
    }

    private static EvidenceFile Answer(string name, string field, string chain, byte[] body, string line) => new(
        name, (byte[])[.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK{line}Content-Type: application/json{line}{field}: {Uri.EscapeDataString(chain)}{line}Request-ID: 1{line}{line}"), .. body]);

    private static EvidenceFile File(string name, byte[] bytes) => new(name, bytes);

    private static EvidenceFile File(string name, string text) => new(name, Encoding.ASCII.GetBytes(text));

    private static string Pem(byte[] list) => PemEncoding.WriteString("X509 CRL", list);

    private static Verdict Verify(EvidenceFile[] files)
    {
        var vector = VectorFiles.Case(Id);
        return SharedVectors.Verify(VectorFiles.At(vector), new EvidenceFile("quote", TdxVectors.Evidence(vector).Body), files);
    }

    private static string[] Codes(Verdict verdict) => [.. verdict.Reasons.Select(r => r.Code)];
}
