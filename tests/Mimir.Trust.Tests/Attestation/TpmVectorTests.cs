using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Recognition;
using Mimir.Trust.Attestation.Tpm;

namespace Mimir.Trust.Tests.Attestation;

/// <summary>A real quote of a software TPM: expected answers of vectors.json, and each thing that can be wrong with it.</summary>
public sealed class TpmVectorTests
{
    private const string At = "2026-11-23";

    private static EvidenceFile Quote => SharedVectors.File("tpm/swtpm-quote.msg");

    private static EvidenceFile Signature => SharedVectors.File("tpm/swtpm-quote.sig");

    private static EvidenceFile Key => SharedVectors.File("tpm/swtpm-ak.pem");

    private static EvidenceFile Values => SharedVectors.File("tpm/swtpm-pcrs.bin");

    private static EvidenceFile[] Needed => [Signature, Key, Values];

    private static EvidenceFile[] Endorsement => [SharedVectors.File("tpm/swtpm-ekcert.der"), SharedVectors.File("tpm/swtpm-issuercert.pem"), SharedVectors.File("tpm/swtpm-swtpm-localca-rootca-cert.pem")];

    [Fact]
    public void It_is_valid_and_says_what_is_expected()
    {
        var expected = SharedVectors.Case("swtpm");
        var valid = Assert.IsType<ValidVerdict>(SharedVectors.Verify(At, Quote, Needed));
        var claims = Assert.IsType<TpmClaims>(valid.Claims);
        Assert.Equal(expected.GetProperty("extraData").GetString(), claims.Fields["extraData"]);
        Assert.Equal(expected.GetProperty("pcrDigest").GetString(), claims.Fields["pcrDigest"]);
        Assert.Equal(expected.GetProperty("pcrs").EnumerateArray().Select(r => r.GetInt32()), Assert.Single(claims.Banks).Registers);
        Assert.Equal(Convert.ToHexStringLower(Values.Bytes.Span[160..]), claims.Fields["pcrs.sha256.16"]);
        Assert.Equal(TpmKeyTrust.Given, claims.Trust);
        Assert.Null(claims.Pcr(4));
    }

    [Fact]
    public void The_nonce_is_checked_as_option_and_as_file()
    {
        var nonce = SharedVectors.File("tpm/swtpm-nonce.hex");
        var text = System.Text.Encoding.ASCII.GetString(nonce.Bytes.Span);
        Assert.True(SharedVectors.Verify(SharedVectors.Instant(At), Quote, Needed, nonce: text).IsValid);
        Assert.True(SharedVectors.Verify(At, Quote, [.. Needed, nonce]).IsValid);
        var other = nonce with { Bytes = System.Text.Encoding.ASCII.GetBytes(new string('0', 64)) };
        SharedVectors.AssertRefused(SharedVectors.Verify(At, Quote, [.. Needed, other]), BindingCheck.Nonce);
        SharedVectors.AssertRefused(SharedVectors.Verify(SharedVectors.Instant(At), Quote, Needed, nonce: "00"), BindingCheck.Nonce);
    }

    [Fact]
    public void The_endorsement_chain_is_checked_and_its_root_is_a_claim()
    {
        var valid = Assert.IsType<ValidVerdict>(SharedVectors.Verify(At, Quote, [.. Endorsement, .. Needed]));
        Assert.Equal("swtpm-localca-rootca", valid.Claims.Fields["ek_root"]);
        SharedVectors.AssertRefused(SharedVectors.Verify("2026-11-01", Quote, [.. Endorsement, .. Needed]), "chain.not-yet-valid");
        SharedVectors.AssertRefused(SharedVectors.Verify(At, Quote, [Endorsement[0], Endorsement[2], .. Needed]), "chain.issuer-missing");
        SharedVectors.AssertRefused(SharedVectors.Verify(At, Quote, [.. Endorsement[..2], .. Needed]), "chain.issuer-missing");
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        SharedVectors.AssertRefused(SharedVectors.Verify(At, Quote, Key, Values), TpmRefusals.SignatureMissing);
        SharedVectors.AssertRefused(SharedVectors.Verify(At, Quote, Signature, Values), TpmRefusals.KeyMissing);
        SharedVectors.AssertRefused(SharedVectors.Verify(At, Quote, Signature, Values, SharedVectors.File("tpm/swtpm-ekcert.der"), Endorsement[1], Endorsement[2]), TpmRefusals.KeyMissing);
        Assert.Empty(Assert.IsType<TpmClaims>(Assert.IsType<ValidVerdict>(SharedVectors.Verify(At, Quote, Signature, Key)).Claims).Banks);
    }

    [Fact]
    public void Other_keys_and_values_are_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var other = new EvidenceFile("other.pem", System.Text.Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem()));
        SharedVectors.AssertRefused(SharedVectors.Verify(At, Quote, Signature, other, Values), TpmRefusals.Signature);
        SharedVectors.AssertRefused(SharedVectors.Verify(At, Quote, Signature, Key, other, Values), TpmRefusals.KeyMissing);
        SharedVectors.AssertRefused(SharedVectors.Verify(At, Quote, Signature, Key, Values with { Bytes = Values.Bytes[..160] }), TpmRefusals.PcrDigest);
        SharedVectors.AssertRefused(SharedVectors.Verify(At, Quote, Signature, Key, Values, SharedVectors.Flip(Values, 0, 0)), TpmRefusals.PcrDigest);
        Assert.True(SharedVectors.Verify(At, Quote, Signature, Key, Values, Values, Quote, Key).IsValid);
    }

    [Fact]
    public void Every_inverted_bit_is_refused()
    {
        EvidenceFile[] files = [Quote, .. Needed];
        for (var f = 0; f < files.Length; f++)
        {
            for (var i = 0; i < files[f].Bytes.Span.TrimEnd("\r\n"u8).Length * 8; i++)
            {
                var changed = files.ToArray();
                changed[f] = SharedVectors.Flip(files[f], i / 8, i % 8);
                Assert.False(SharedVectors.Verify(At, changed[0], changed[1..]).IsValid, $"{files[f].Name}: bit {i}");
            }
        }
    }

    [Fact]
    public void Every_usual_form_of_the_signature_is_read()
    {
        var sequence = new AsnReader(Signature.Bytes, AsnEncodingRules.DER).ReadSequence();
        var (r, s) = (Scalar(sequence), Scalar(sequence));
        byte[] structure = [0, 0x18, 0, 0x0B, 0, 32, .. r, 0, 32, .. s];
        foreach (var form in new byte[][] { [.. r, .. s], structure })
            Assert.True(SharedVectors.Verify(At, Quote, Signature with { Name = "any", Bytes = form }, Key, Values).IsValid);
        byte[] otherHash = [0, 0x18, 0, 0x0C, .. structure[4..]];
        SharedVectors.AssertRefused(SharedVectors.Verify(At, Quote, Signature with { Bytes = otherHash }, Key, Values), TpmRefusals.SignatureForm);
        byte[] otherScheme = [0, 0x14, 0, 0x0B, 0, 32, .. r];
        SharedVectors.AssertRefused(SharedVectors.Verify(At, Quote, Signature with { Bytes = otherScheme }, Key, Values), TpmRefusals.SignatureForm);
    }

    [Fact]
    public void The_key_is_read_in_the_TPMs_own_form_if_only_a_TPM_can_quote_with_it()
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(System.Text.Encoding.ASCII.GetString(Key.Bytes.Span));
        var point = key.ExportParameters(false).Q;
        byte[] body = [0, 0x23, 0, 0x0B, 0, 5, 0, 0x72, 0, 0, 0, 0x10, 0, 0x18, 0, 0x0B, 0, 3, 0, 0x10, 0, 32, .. point.X!, 0, 32, .. point.Y!];
        foreach (var form in new byte[][] { body, [0, (byte)body.Length, .. body] })
            Assert.True(SharedVectors.Verify(At, Quote, Signature, Key with { Name = "ak.pub", Bytes = form }, Values).IsValid);
        var unrestricted = body.ToArray();
        unrestricted[5] = 4;
        Assert.Null(TpmPublicKey.TryRead(unrestricted));
    }

    [Fact]
    public void Register_values_are_read_as_tpm2_tools_write_them_by_default()
    {
        var file = new byte[132 + 4 + 532];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(132), 1);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(136), 6);
        for (var i = 0; i < 6; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(140 + i * 66), 32);
            Values.Bytes.Span.Slice(i * 32, 32).CopyTo(file.AsSpan(142 + i * 66));
        }
        var valid = Assert.IsType<ValidVerdict>(SharedVectors.Verify(At, Quote, Signature, Key, Values with { Bytes = file }));
        Assert.Single(Assert.IsType<TpmClaims>(valid.Claims).Banks);
    }

    [Fact]
    public void A_production_policy_never_accepts_it()
    {
        var evidence = new Evidence(EvidenceKind.Tpm, Quote.Bytes);
        SharedVectors.AssertRefused(EvidenceVerifier.Verify(evidence, new VerificationContext { At = LabChain.Now, Accepted = AcceptedKinds.Production }), EvidenceVerifier.KindNotAccepted);
    }

    private static byte[] Scalar(AsnReader reader)
    {
        var bytes = reader.ReadIntegerBytes().Span.TrimStart((byte)0).ToArray();
        return [.. new byte[32 - bytes.Length], .. bytes];
    }
}
