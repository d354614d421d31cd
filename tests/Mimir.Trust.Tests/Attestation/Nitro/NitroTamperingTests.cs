using System.Formats.Cbor;
using System.Security.Cryptography;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Nitro;

namespace Mimir.Trust.Tests.Attestation.Nitro;

/// <summary>Altered documents are refused, each for its own reason.</summary>
public sealed class NitroTamperingTests
{
    [Theory]
    [InlineData("prod-2024-base", 1)]
    [InlineData("prod-2025-indef", 5)]
    public void A_flipped_bit_in_any_byte_is_refused(string id, int step)
    {
        var vector = VectorFiles.Case(id);
        var at = VectorFiles.At(vector);
        foreach (var (index, document) in Flips.Each(NitroVectors.Document(vector), step: step))
            Assert.False(NitroVectors.Verify(document, at).IsValid, $"byte {index}");
    }

    [Fact]
    public void A_signature_by_another_key_is_refused()
    {
        var vector = VectorFiles.Case("prod-2024-base");
        var cose = CoseSign1.Parse(NitroVectors.Document(vector));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var forged = Encode(cose.Protected, cose.Payload, key.SignData(cose.ToBeSigned(), HashAlgorithmName.SHA384));
        Assert.Equal([NitroVerifier.Signature], Codes(NitroVectors.Verify(vector, forged)));
        Assert.True(NitroVectors.Verify(vector, Encode(cose.Protected, cose.Payload, cose.Signature)).IsValid);
    }

    [Fact]
    public void Only_es384_in_the_protected_header_and_nothing_unprotected_is_read()
    {
        var cose = CoseSign1.Parse(NitroVectors.Document(VectorFiles.Case("prod-2024-base")));
        Assert.Equal("nitro.algorithm", Refusal(Encode(Header((1, -7)), cose.Payload, cose.Signature)));
        Assert.Equal("nitro.malformed", Refusal(Encode(Header((4, -35)), cose.Payload, cose.Signature)));
        Assert.Equal("nitro.malformed", Refusal(Encode(Header((1, -35), (4, 1)), cose.Payload, cose.Signature)));
        Assert.Equal("nitro.malformed", Refusal(Encode([], cose.Payload, cose.Signature)));
        Assert.Equal("nitro.malformed", Refusal(Encode(cose.Protected, cose.Payload, cose.Signature, unprotected: 1)));
        Assert.Equal("nitro.malformed", Refusal(Encode(cose.Protected, cose.Payload, cose.Signature, more: 1)));
        Assert.Equal("nitro.signature", Refusal(Encode(cose.Protected, cose.Payload, cose.Signature[..95])));
        Assert.Equal("nitro.malformed", Refusal(new byte[Cbor.Longest + 1]));
        Assert.Equal("nitro.malformed", Refusal([]));
    }

    [Fact]
    public void The_nonce_is_compared()
    {
        var vector = VectorFiles.Case("prod-2024-nonce");
        var evidence = new Evidence(EvidenceKind.Nitro, NitroVectors.Document(vector));
        var context = new VerificationContext { At = VectorFiles.At(vector) };
        var nonce = Convert.FromHexString(vector.GetProperty("nonce").GetString()!);
        Assert.True(EvidenceVerifier.Verify(evidence, context with { Nonce = nonce }).IsValid);
        Assert.Equal([BindingCheck.Nonce], Codes(EvidenceVerifier.Verify(evidence, context with { Nonce = nonce.AsMemory(1) })));
        var binding = EvidenceBinding.Of(nonce, [1], [2], [3]);
        Assert.Equal([BindingCheck.Registration], Codes(EvidenceVerifier.Verify(evidence, context with { Binding = binding })));
        var without = new Evidence(EvidenceKind.Nitro, NitroVectors.Document(VectorFiles.Case("prod-2024-base")));
        Assert.Contains(BindingCheck.Nonce, Codes(EvidenceVerifier.Verify(without, context with { Nonce = Array.Empty<byte>() })));
    }

    [Fact]
    public void A_certificate_of_another_chain_is_refused()
    {
        var vector = VectorFiles.Case("prod-2024-base");
        var evidence = new Evidence(EvidenceKind.Nitro, NitroVectors.Document(vector));
        var context = new VerificationContext { At = VectorFiles.At(vector) };
        Assert.True(EvidenceVerifier.Verify(evidence.With(VectorFiles.Certificates(VectorFiles.Read("roots/aws_nitro_root_g1.pem"))), context).IsValid);
        var other = evidence.With(VectorFiles.Certificates(VectorFiles.Read("roots/amd_ark_genoa.pem")));
        Assert.Equal([NitroVerifier.Endorsement], Codes(EvidenceVerifier.Verify(other, context)));
        var lists = evidence.With(new EvidencePart(EvidencePartKind.RevocationList, VectorFiles.Read("tdx/rootcrl_2023.der")));
        Assert.Equal(["crl.missing"], Codes(EvidenceVerifier.Verify(lists, context)));
    }

    private static string Refusal(byte[] document) => Assert.Throws<RefusedException>(() => CoseSign1.Parse(document)).Code;

    private static byte[] Header(params (int Key, int Value)[] entries)
    {
        var writer = new CborWriter();
        writer.WriteStartMap(entries.Length);
        foreach (var (key, value) in entries)
        {
            writer.WriteInt32(key);
            writer.WriteInt32(value);
        }

        writer.WriteEndMap();
        return writer.Encode();
    }

    private static byte[] Encode(byte[] header, byte[] payload, byte[] signature, int unprotected = 0, int more = 0)
    {
        var writer = new CborWriter();
        writer.WriteStartArray(4 + more);
        writer.WriteByteString(header);
        writer.WriteStartMap(unprotected);
        for (var i = 0; i < 2 * unprotected; i++) writer.WriteInt32(i);
        writer.WriteEndMap();
        writer.WriteByteString(payload);
        writer.WriteByteString(signature);
        for (var i = 0; i < more; i++) writer.WriteNull();
        writer.WriteEndArray();
        return writer.Encode();
    }

    private static string[] Codes(Verdict verdict) => [.. verdict.Reasons.Select(r => r.Code)];
}
