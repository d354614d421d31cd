using System.Formats.Asn1;

namespace Mimir.Trust.Attestation.Chains;

/// <summary>Reads AlgorithmIdentifier of signatures (RFC 5280 section 4.1.1.2, RFC 4055 section 3.1).</summary>
internal static class SignatureAlgorithmReader
{
    private const string Mgf1 = "1.2.840.113549.1.1.8";
    private const int OnlyTrailer = 1;

    /// <summary>The algorithm, <see cref="SignatureAlgorithm.Unknown"/> if it is none of ours.</summary>
    /// <exception cref="AsnContentException">The bytes are no AlgorithmIdentifier.</exception>
    public static SignatureAlgorithm Read(ReadOnlyMemory<byte> identifier)
    {
        var outer = new AsnReader(identifier, AsnEncodingRules.DER);
        var sequence = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var oid = sequence.ReadObjectIdentifier();
        return oid switch
        {
            "1.2.840.113549.1.1.10" => ReadPss(sequence),
            "1.2.840.113549.1.1.11" => Null(sequence, SignatureAlgorithm.RsaSha256),
            "1.2.840.113549.1.1.12" => Null(sequence, SignatureAlgorithm.RsaSha384),
            "1.2.840.113549.1.1.13" => Null(sequence, SignatureAlgorithm.RsaSha512),
            "1.2.840.10045.4.3.2" => Absent(sequence, SignatureAlgorithm.EcdsaSha256),
            "1.2.840.10045.4.3.3" => Absent(sequence, SignatureAlgorithm.EcdsaSha384),
            "1.2.840.10045.4.3.4" => Absent(sequence, SignatureAlgorithm.EcdsaSha512),
            _ => SignatureAlgorithm.Unknown,
        };
    }

    private static SignatureAlgorithm Null(AsnReader rest, SignatureAlgorithm algorithm)
    {
        rest.ReadNull();
        return Absent(rest, algorithm);
    }

    private static SignatureAlgorithm Absent(AsnReader rest, SignatureAlgorithm algorithm)
    {
        rest.ThrowIfNotEmpty();
        return algorithm;
    }

    /// <summary>All parameters must be stated, and the salt as long as the hash: the defaults (SHA-1, 20) are not acceptable. Some of AMD's state the default trailer too.</summary>
    private static SignatureAlgorithm ReadPss(AsnReader rest)
    {
        var parameters = rest.ReadSequence();
        rest.ThrowIfNotEmpty();
        var hash = Hash(parameters.ReadSequence(Tag(0)).ReadSequence());
        var mask = parameters.ReadSequence(Tag(1)).ReadSequence();
        var maskOid = mask.ReadObjectIdentifier();
        var maskHash = Hash(mask.ReadSequence());
        var saltIsShort = parameters.ReadSequence(Tag(2)).TryReadInt32(out var salt);
        var trailer = parameters.HasData ? parameters.ReadSequence(Tag(3)).ReadInteger() : OnlyTrailer;
        parameters.ThrowIfNotEmpty();
        if (!saltIsShort || maskOid != Mgf1 || maskHash != hash || trailer != OnlyTrailer) return SignatureAlgorithm.Unknown;
        return (hash, salt) switch
        {
            ("2.16.840.1.101.3.4.2.1", 32) => SignatureAlgorithm.RsaPssSha256,
            ("2.16.840.1.101.3.4.2.2", 48) => SignatureAlgorithm.RsaPssSha384,
            ("2.16.840.1.101.3.4.2.3", 64) => SignatureAlgorithm.RsaPssSha512,
            _ => SignatureAlgorithm.Unknown,
        };
    }

    private static string Hash(AsnReader sequence)
    {
        var oid = sequence.ReadObjectIdentifier();
        if (sequence.HasData) sequence.ReadNull();
        sequence.ThrowIfNotEmpty();
        return oid;
    }

    private static Asn1Tag Tag(int number) => new(TagClass.ContextSpecific, number, isConstructed: true);
}
