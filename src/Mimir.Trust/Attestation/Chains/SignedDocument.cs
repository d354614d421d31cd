using System.Formats.Asn1;

namespace Mimir.Trust.Attestation.Chains;

/// <summary>The frame that certificates and revocation lists share: SEQUENCE of the signed part, an AlgorithmIdentifier and a BIT STRING.</summary>
internal readonly record struct SignedDocument(ReadOnlyMemory<byte> ToBeSigned, ReadOnlyMemory<byte> AlgorithmIdentifier, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Reads one that fills <paramref name="der"/> exactly.</summary>
    /// <exception cref="AsnContentException">It is none.</exception>
    public static SignedDocument Read(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var sequence = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var toBeSigned = sequence.ReadEncodedValue();
        var algorithm = sequence.ReadEncodedValue();
        var signature = sequence.ReadBitString(out var unused);
        sequence.ThrowIfNotEmpty();
        if (unused != 0) throw new AsnContentException("A signature is whole bytes.");
        return new SignedDocument(toBeSigned, algorithm, signature);
    }
}
