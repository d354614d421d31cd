using System.Formats.Asn1;
using System.Numerics;
using Mimir.Trust.Attestation.Chains;

namespace Mimir.Trust.Tests.Attestation;

/// <summary>AlgorithmIdentifier as AMD, Intel and AWS write it, and what is near it.</summary>
public sealed class SignatureAlgorithmTests
{
    private const string Sha384 = "2.16.840.1.101.3.4.2.2";
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";
    private const string Mgf1 = "1.2.840.113549.1.1.8";

    [Fact]
    public void PSS_with_a_salt_as_long_as_its_hash_is_known()
    {
        Assert.Equal(SignatureAlgorithm.RsaPssSha384, Pss(Sha384, Mgf1, Sha384, 48));
        Assert.Equal(SignatureAlgorithm.RsaPssSha384, Pss(Sha384, Mgf1, Sha384, 48, trailer: 1));
        Assert.Equal(SignatureAlgorithm.RsaPssSha256, Pss(Sha256, Mgf1, Sha256, 32));
    }

    [Fact]
    public void Any_other_PSS_is_unknown()
    {
        Assert.Equal(SignatureAlgorithm.Unknown, Pss(Sha384, Mgf1, Sha384, 20));
        Assert.Equal(SignatureAlgorithm.Unknown, Pss(Sha384, Mgf1, Sha384, BigInteger.Pow(2, 80)));
        Assert.Equal(SignatureAlgorithm.Unknown, Pss(Sha384, Mgf1, Sha384, -48));
        Assert.Equal(SignatureAlgorithm.Unknown, Pss(Sha384, Mgf1, Sha256, 48));
        Assert.Equal(SignatureAlgorithm.Unknown, Pss(Sha384, "1.2.3", Sha384, 48));
        Assert.Equal(SignatureAlgorithm.Unknown, Pss(Sha384, Mgf1, Sha384, 48, trailer: 2));
    }

    [Fact]
    public void Others_are_known_in_their_one_form()
    {
        Assert.Equal(SignatureAlgorithm.EcdsaSha384, SignatureAlgorithmReader.Read(Identifier("1.2.840.10045.4.3.3", _ => { })));
        Assert.Equal(SignatureAlgorithm.RsaSha256, SignatureAlgorithmReader.Read(Identifier("1.2.840.113549.1.1.11", w => w.WriteNull())));
        Assert.Equal(SignatureAlgorithm.Unknown, SignatureAlgorithmReader.Read(Identifier("1.2.840.113549.1.1.5", w => w.WriteNull())));
        Assert.Throws<AsnContentException>(() => SignatureAlgorithmReader.Read(Identifier("1.2.840.10045.4.3.3", w => w.WriteNull())));
        Assert.Throws<AsnContentException>(() => SignatureAlgorithmReader.Read(Identifier("1.2.840.113549.1.1.10", w => { using var none = w.PushSequence(); })));
    }

    private static SignatureAlgorithm Pss(string hash, string mask, string maskHash, BigInteger salt, int? trailer = null) =>
        SignatureAlgorithmReader.Read(Identifier("1.2.840.113549.1.1.10", writer =>
        {
            using var parameters = writer.PushSequence();
            Tagged(writer, 0, () => Algorithm(writer, hash, () => { }));
            Tagged(writer, 1, () => Algorithm(writer, mask, () => Algorithm(writer, maskHash, () => { })));
            Tagged(writer, 2, () => writer.WriteInteger(salt));
            if (trailer is { } field) Tagged(writer, 3, () => writer.WriteInteger(field));
        }));

    private static byte[] Identifier(string oid, Action<AsnWriter> parameters)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            parameters(writer);
        }
        return writer.Encode();
    }

    private static void Algorithm(AsnWriter writer, string oid, Action parameters)
    {
        using var sequence = writer.PushSequence();
        writer.WriteObjectIdentifier(oid);
        parameters();
    }

    private static void Tagged(AsnWriter writer, int tag, Action content)
    {
        using var tagged = writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, tag, isConstructed: true));
        content();
    }
}
